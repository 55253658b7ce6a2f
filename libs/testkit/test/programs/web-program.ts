import { createServer } from 'node:http';

/** Is ready from the third question on. With FAIL it ends at once. */
let questions = 0;

if (process.env['FAIL'] !== undefined) {
  process.stderr.write(`cannot start: ${process.env['FAIL']}\n`);
  process.exitCode = 3;
} else {
  const server = createServer((request, response) => {
    if (request.url === '/health/ready') questions += 1;
    response.writeHead(questions >= 3 ? 200 : 503).end();
  });
  server.listen(Number(process.env['HTTP_PORT']), '127.0.0.1');
  process.stdout.write(`${JSON.stringify({ arguments: process.argv.slice(2), environment: Object.keys(process.env) })}\n`);
  process.on('SIGTERM', () => {
    process.stdout.write('leaving\n');
    server.closeAllConnections();
    server.close();
  });
}
