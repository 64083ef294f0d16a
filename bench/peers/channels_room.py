"""Django Channels with Redis: the chat of its tutorial as an async consumer, served by Daphne."""

import os
import sys

import django
from channels.generic.websocket import AsyncWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="only for measuring",
    INSTALLED_APPS=["daphne", "channels"],
    CHANNEL_LAYERS={
        "default": {"BACKEND": "channels_redis.core.RedisChannelLayer", "CONFIG": {"hosts": [("127.0.0.1", int(os.environ["REDIS_PORT"]))]}}
    },
)
django.setup()


class Room(AsyncWebsocketConsumer):
    async def connect(self):
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard("room", self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        await self.channel_layer.group_send("room", {"type": "room.message", "text": text_data})

    async def room_message(self, event):
        await self.send(text_data=event["text"])


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws", Room.as_asgi())])})

if __name__ == "__main__":
    from daphne.server import Server

    port = int(sys.argv[1])
    Server(application, endpoints=[f"tcp:port={port}:interface=127.0.0.1"], signal_handlers=True).run()
