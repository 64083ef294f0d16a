// socket.io: everybody in one room, events emitted to it.
const http = require("http").createServer();
const { Server } = require("socket.io");

const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.join("room");
  socket.on("m", (event) => io.to("room").emit("m", event));
});
http.listen(Number(process.argv[2]), "127.0.0.1");
