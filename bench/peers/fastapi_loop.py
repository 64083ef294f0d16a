"""The chat of FastAPI's tutorial: a list of connections and a loop that awaits one send after the other."""

import sys

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()


class Connections:
    def __init__(self) -> None:
        self.active: list[WebSocket] = []

    async def connect(self, socket: WebSocket) -> None:
        await socket.accept()
        self.active.append(socket)

    async def broadcast(self, text: str) -> None:
        for socket in self.active.copy():
            await socket.send_text(text)


connections = Connections()


@app.websocket("/ws")
async def room(socket: WebSocket) -> None:
    await connections.connect(socket)
    try:
        while True:
            await connections.broadcast(await socket.receive_text())
    except WebSocketDisconnect:
        connections.active.remove(socket)


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), ws="websockets-sansio", ws_per_message_deflate=False, access_log=False, log_level="error")
