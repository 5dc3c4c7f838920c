"""A user's app on an instance, reduced to the behaviour that a proxy can break.

Every path answers with the request as JSON; /ws echoes over a WebSocket; /events is a stream of server-sent
events that starts at once. One port accepts connections and never answers.
"""
import asyncio
import os
import ssl
import sys

from aiohttp import WSMsgType, web

ONE, TWO, ODD = (os.environ["INSTANCE_" + name] for name in ("ONE", "TWO", "ODD"))
HTTP_PORT, HTTPS_PORT, STUCK_PORT = (int(os.environ[f"INSTANCE_{name}_PORT"]) for name in ("HTTP", "HTTPS", "STUCK"))


async def echo(request):
    body = await request.read()
    address, port = request.transport.get_extra_info("sockname")[:2]
    peer = request.transport.get_extra_info("peername")[0]
    return web.json_response({
        "method": request.method,
        "path": request.raw_path,
        "version": f"{request.version.major}.{request.version.minor}",
        "headers": [[name.decode("latin-1"), value.decode("latin-1")] for name, value in request.raw_headers],
        "body": body.decode("utf-8", "replace"),
        "address": address,
        "port": port,
        "peer": peer,
        "tls": request.transport.get_extra_info("ssl_object") is not None,
    })


async def websocket(request):
    ws = web.WebSocketResponse(max_msg_size=64 << 20)
    if not ws.can_prepare(request):
        return await echo(request)
    await ws.prepare(request)
    async for message in ws:
        if message.type == WSMsgType.TEXT:
            await ws.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await ws.send_bytes(message.data)
    return ws


async def events(request):
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
    await response.prepare(request)
    for number in range(int(request.query.get("count", 1 << 30))):
        await response.write(f"id: {number}\ndata: event {number}\n\n".encode())
        await asyncio.sleep(float(request.query.get("every", 1)))
    return response


async def stuck(reader, writer):
    while await reader.read(65536):
        pass
    writer.close()


async def main(folder):
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(f"{folder}/cert.pem", f"{folder}/key.pem")
    app = web.Application(client_max_size=1 << 30)
    app.add_routes([web.get("/ws", websocket), web.get("/events", events), web.route("*", "/{path:.*}", echo)])
    runner = web.AppRunner(app)
    await runner.setup()
    for address in (ONE, TWO, ODD):
        await web.TCPSite(runner, address, HTTP_PORT).start()
    for address in (ONE, TWO):
        await web.TCPSite(runner, address, HTTPS_PORT, ssl_context=tls).start()
    await asyncio.start_server(stuck, ODD, STUCK_PORT)
    await asyncio.Event().wait()


asyncio.run(main(sys.argv[1]))
