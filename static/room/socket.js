/** One way to the room: a websocket. The address is made from the page's own, so that it is `wss` where the page is `https`. */
export function socketWay(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return (on) => {
    let socket;
    try {
      socket = new WebSocket(url);
    } catch {
      setTimeout(() => on.closed(1006));
      return { send() {}, close() {} };
    }
    socket.onopen = () => on.opened();
    socket.onmessage = (event) => typeof event.data === "string" && on.text(event.data);
    socket.onclose = (event) => on.closed(event.code);
    return {
      send: (text) => socket.readyState === WebSocket.OPEN && socket.send(text),
      close: () => socket.close(),
    };
  };
}
