// What load generators are measured against: the least that Node's own HTTP server can do.
import { createServer } from 'node:http'

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 12 })
  response.end('hello world\n')
})
server.listen(Number(process.env.PORT), '127.0.0.1')
