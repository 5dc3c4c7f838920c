import { type ChildProcess, execFile, execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import type { InstanceParts } from '../../lib/instance-parts';

export const hostname = 'proxy.example.test';

export interface Run {
  readonly code: number;
  /** Standard output and error. */
  readonly output: string;
}

const missing = ['/usr/bin/python3', '/usr/bin/openssl', '/usr/sbin/nginx'].filter((program) => !existsSync(program));

/** `describe` for tests that run the scripts; says what is missing where it skips them. */
export const describeScripts =
  missing.length === 0
    ? describe
    : (name: string, body: () => void) => describe.skip(`${name} (not installed: ${missing.join(', ')})`, body);

/** A substitute for systemd only: the scripts call the real programs otherwise. */
const systemctl = `#!/bin/sh
echo "$*" >> "$UAP_ROOT/systemctl"
pid=$(cat "$UAP_ROOT/nginx.pid" 2> /dev/null)
case "$*" in
  *is-active*nginx*) [ -n "$pid" ] && kill -0 "$pid" ;;
  *reload*nginx*) nginx -s reload ;;
  *start*nginx*) nginx ;;
esac
`;

/** The files of an instance below a folder, with real scripts and a separate Nginx. */
export class Machine {
  readonly root = mkdtempSync(path.join(tmpdir(), 'uap-machine-'));
  readonly environment: Record<string, string> = {
    PATH: `${this.path('/stubs')}:/usr/sbin:/usr/bin:/sbin:/bin`,
    UAP_ROOT: this.root,
  };

  private running?: ChildProcess;

  constructor(parts: InstanceParts) {
    for (const { path: name, content, mode } of parts.files ?? []) this.write(name, content, mode);
    this.write('/dev/console', '');
    this.stub('systemctl', systemctl);
  }

  /** A path on the instance as a path of the test. */
  path(name: string): string {
    return path.join(this.root, name);
  }

  library(name: string): string {
    return this.path(`/usr/local/lib/uap/${name}`);
  }

  write(name: string, content: string, mode = '0644'): void {
    mkdirSync(path.dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
    chmodSync(this.path(name), Number.parseInt(mode, 8));
  }

  read(name: string): string {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), 'utf8') : '';
  }

  /** Puts a program in front of the real one. */
  stub(name: string, content: string): void {
    this.write(`/stubs/${name}`, content, '0755');
  }

  /** An Nginx that serves the certificate in use on a port. */
  serve(port: number, more = ''): void {
    this.write(
      '/nginx.conf',
      `pid ${this.path('/nginx.pid')}; error_log ${this.path('/error.log')}; events {}
       http { access_log off; client_body_temp_path ${this.path('/body')}; proxy_temp_path ${this.path('/proxy')};
       fastcgi_temp_path ${this.path('/fcgi')}; uwsgi_temp_path ${this.path('/uwsgi')}; scgi_temp_path ${this.path('/scgi')};
       server { listen 127.0.0.1:${port} ssl; ${more}
       ssl_certificate ${this.path('/etc/uap/tls/fullchain.pem')}; ssl_certificate_key ${this.path('/etc/uap/tls/key.pem')}; } }`,
    );
    this.stub('nginx', `#!/bin/sh\nexec /usr/sbin/nginx -e stderr -c "$UAP_ROOT/nginx.conf" "$@"\n`);
  }

  run(script: string, args: readonly string[] = [], environment: Record<string, string> = {}): Promise<Run> {
    const env = { ...this.environment, ...environment };
    return new Promise((resolve) => {
      this.running = execFile(this.library(script), args, { env }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ code, output: stdout + stderr });
      });
    });
  }

  /** Ends the script that was started last. */
  kill(): void {
    this.running?.kill();
  }

  remove(): void {
    const pid = this.read('/nginx.pid').trim();
    if (pid) execFileSync('kill', [pid]);
    rmSync(this.root, { recursive: true, force: true });
  }
}
