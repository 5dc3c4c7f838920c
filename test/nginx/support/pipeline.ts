import type { Socket } from 'node:net';

export interface PipelineAnswer {
  readonly status: number;
  readonly body: string;
}

/** In-flight requests on each connection, and the number of connections. */
const WINDOW = 32;
const CONNECTIONS = 4;

/**
 * Pipelines requests over a few connections, and reads their answers in order. If the server closes after an answer,
 * a new connection sends the rest.
 * @param requests texts of which each character is a byte
 */
export async function pipeline(connect: () => Socket, requests: readonly string[]): Promise<PipelineAnswer[]> {
  const answers: PipelineAnswer[] = new Array(requests.length);
  let next = 0;
  const lane = async () => {
    let todo: number[] = [];
    while (next < requests.length || todo.length > 0) {
      const before = todo.length;
      while (todo.length < WINDOW && next < requests.length) todo.push(next++);
      const left = await oneConnection(connect(), todo, requests, answers, () =>
        next < requests.length ? next++ : undefined,
      );
      if (left.length > 0 && left.length === before && left[0] === todo[0]) {
        throw new Error(`no answer to ${JSON.stringify(requests[left[0] as number])}`);
      }
      todo = left;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  return answers;
}

/** @returns the requests that were sent and not answered */
function oneConnection(
  socket: Socket,
  todo: readonly number[],
  requests: readonly string[],
  answers: PipelineAnswer[],
  more: () => number | undefined,
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const sent = [...todo];
    let received = '';
    const finish = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(sent);
    };
    const timer = setTimeout(
      () => reject(new Error(`no answer in 10 s to ${JSON.stringify(requests[sent[0] ?? 0])}`)),
      10_000,
    );
    socket.setEncoding('latin1');
    socket.write(sent.map((each) => requests[each]).join(''), 'latin1');
    socket.on('data', (chunk: string) => {
      received += chunk;
      let [at, refill] = [0, ''];
      for (;;) {
        const answer = readAnswer(received, at);
        if (!answer) break;
        at = answer.end;
        answers[sent.shift() as number] = answer;
        if (answer.closes) return finish();
        const another = more();
        if (another !== undefined) {
          sent.push(another);
          refill += requests[another];
        }
      }
      received = received.slice(at);
      timer.refresh();
      if (refill !== '') socket.write(refill, 'latin1');
      if (sent.length === 0) finish();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    socket.on('close', finish);
  });
}

/** Undefined while the answer isn't complete. */
function readAnswer(text: string, from: number): (PipelineAnswer & { end: number; closes: boolean }) | undefined {
  const headEnd = text.indexOf('\r\n\r\n', from);
  if (headEnd < 0) return undefined;
  const head = text.slice(from, headEnd).toLowerCase();
  const status = Number(head.slice(9, 12));
  const closes = head.includes('\r\nconnection: close');
  const start = headEnd + 4;
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) {
    const end = start + Number(length);
    return text.length < end ? undefined : { status, body: text.slice(start, end), end, closes };
  }
  let [body, at] = ['', start];
  for (;;) {
    const line = text.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(text.slice(at, line), 16);
    const end = line + 2 + size + 2;
    if (text.length < end) return undefined;
    body += text.slice(line + 2, end - 2);
    at = end;
    if (size === 0) return { status, body, end, closes };
  }
}
