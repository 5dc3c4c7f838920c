import { because, block, directive, literal, map, printDirectives, regexLiteral } from '../../lib/nginx/directive';

describe('printDirectives', () => {
  test('indents blocks and puts comments above', () => {
    const server = block('server', [], [directive('listen', 443, 'ssl'), because('Why.', directive('return', 404))]);
    expect(printDirectives([server])).toBe('server {\n    listen 443 ssl;\n    # Why.\n    return 404;\n}\n');
  });

  test.each([
    ['', '""'],
    ['a b', '"a b"'],
    ['a;b', '"a;b"'],
    ['#x', '"#x"'],
    ['{x}', '"{x}"'],
    ['a"b', '"a\\"b"'],
    ["a'b", `"a'b"`],
    ['\\d\\.', '"\\\\d\\\\."'],
    ['$host', '$host'],
    ['//uap/page/x.$y', '//uap/page/x.$y'],
  ])('writes %j as %s', (word, written) => {
    expect(printDirectives([directive('x', word)])).toBe(`x ${written};\n`);
  });

  test('refuses line breaks', () => {
    expect(() => printDirectives([directive('x', 'a\nb')])).toThrow(
      'a word of the Nginx configuration can\'t hold a line break, got "a\\nb"',
    );
  });

  test('quotes keys of maps as well', () => {
    expect(
      printDirectives([
        map('$a', '$b', [
          ['', 'x'],
          ['~^a b$', ''],
        ]),
      ]),
    ).toBe('map $a $b {\n    "" x;\n    "~^a b$" "";\n}\n');
  });
});

test('literal text holds no variable', () => {
  expect(literal('https://a.org')).toBe('https://a.org');
  expect(() => literal('https://$host')).toThrow('can\'t hold "$"');
});

test('regexLiteral matches exactly the text', () => {
  expect(regexLiteral('a.b-c')).toBe('a\\.b-c');
  expect(new RegExp(`^${regexLiteral('a.b+(c)')}$`).test('a.b+(c)')).toBe(true);
});
