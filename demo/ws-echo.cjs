// Sends a message over a WebSocket and prints what comes back: node ws-echo.cjs URL CA-FILE MESSAGE
const { readFileSync } = require('node:fs');
const { WebSocket } = require('ws');

const [url, caFile, message] = process.argv.slice(2);
const socket = new WebSocket(url, { ca: readFileSync(caFile), handshakeTimeout: 10_000 });
const timer = setTimeout(() => fail(new Error('no echo within 10 s')), 10_000);
const fail = (error) => {
  console.error(`${url}: ${error.message}`);
  process.exit(1);
};
socket.on('error', fail);
socket.on('open', () => socket.send(message));
socket.on('message', (data) => {
  clearTimeout(timer);
  console.log(data.toString());
  socket.close();
});
