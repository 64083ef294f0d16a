/* Sockets and websocket frames: connecting, the upgrade, reading into one shared buffer, masked writing. */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ 262144
#define PER_ADDRESS 25000   /* connections from one loopback address, below the number of its ports */
#define LARGEST 4194304

static char read_buffer[READ];
static uint32_t random_state = 2463534242u;

static uint32_t random_word(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 17;
    return random_state ^= random_state << 5;
}

void watch(struct conn *c) {
    if (c->state == UNUSED || c->state == CLOSED) return;
    struct epoll_event e = {.data.ptr = c};
    bool write = c->wants_write || c->state == CONNECTING;
    e.events = c->paused ? 0 : EPOLLIN | EPOLLRDHUP | (write ? EPOLLOUT : 0);
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &e);
}

void end_conn(struct conn *c, int code) {
    if (c->state == CLOSED || c->state == UNUSED) return;
    if (c->state != READY) {
        handshakes--;
        tally.herd_failed++;
    }
    c->state = CLOSED;
    if (!c->close_code) c->close_code = (uint16_t)code;
    close(c->fd);
    free(c->in.at);
    free(c->out.at);
    free(c->fragments.at);
    free(c->stream.at);
    c->in = c->out = c->fragments = c->stream = (struct bytes){0};
}

void begin_connect(int group, int receive_buffer) {
    struct conn *c = &conns[conn_count];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)options.port)};
    inet_pton(AF_INET, options.host, &to.sin_addr);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (c->fd < 0) {
        perror("load: socket");
        exit(3);
    }
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (receive_buffer) setsockopt(c->fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (conn_count >= PER_ADDRESS) {
        struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001u + (uint32_t)(conn_count / PER_ADDRESS))};
        setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
        bind(c->fd, (struct sockaddr *)&own, sizeof own);
    }
    c->number = conn_count++;
    c->group = (uint8_t)group;
    c->sender = -1;
    c->began = now_ns();
    c->state = CONNECTING;
    handshakes++;
    struct epoll_event e = {.events = EPOLLOUT | EPOLLIN | EPOLLRDHUP, .data.ptr = c};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &e);
    if (connect(c->fd, (struct sockaddr *)&to, sizeof to) < 0 && errno != EINPROGRESS) end_conn(c, 1006);
}

static void flush_out(struct conn *c) {
    while (c->out.length) {
        ssize_t sent = send(c->fd, c->out.at, c->out.length, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN) {
                end_conn(c, 1006);
                return;
            }
            break;
        }
        bytes_drop(&c->out, (size_t)sent);
    }
    bool wants = c->out.length > 0;
    if (wants != c->wants_write) {
        c->wants_write = wants;
        watch(c);
    }
}

static void ask_upgrade(struct conn *c) {
    char key[25], request[2048];
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int n = 0; n < 21; n++) key[n] = letters[random_word() & 63];
    key[21] = "AQgw"[random_word() & 3]; /* sixteen bytes leave four bits for the last letter */
    memcpy(key + 22, "==", 3);
    int length = snprintf(request, sizeof request,
                          "GET %s HTTP/1.1\r\nHost: %s:%d\r\nOrigin: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
                          options.path, options.host, options.port, options.origin, key);
    bytes_add(&c->out, request, (size_t)length);
    c->state = UPGRADING;
    c->wants_write = true;
    flush_out(c);
    watch(c);
}

void send_frame(struct conn *c, int opcode, const char *payload, size_t length) {
    if (c->state == CLOSED) return;
    unsigned char head[14];
    size_t used = 2;
    head[0] = (unsigned char)(0x80 | opcode);
    if (length < 126) {
        head[1] = (unsigned char)(0x80 | length);
    } else if (length < 65536) {
        head[1] = 0x80 | 126;
        head[used++] = (unsigned char)(length >> 8);
        head[used++] = (unsigned char)length;
    } else {
        return;
    }
    uint32_t word = random_word();
    unsigned char mask[4];
    memcpy(mask, &word, 4);
    memcpy(head + used, mask, 4);
    bytes_add(&c->out, head, used + 4);
    size_t at = c->out.length;
    bytes_add(&c->out, payload, length);
    for (size_t n = 0; n < length; n++) c->out.at[at + n] ^= (char)mask[n & 3];
    if (!c->wants_write) flush_out(c);
}

static void on_frame(struct conn *c, int first, const char *payload, size_t length, int64_t now) {
    int opcode = first & 15;
    bool last = first & 0x80;
    tally.frames++;
    if (first & 0x70) tally.bad++;
    switch (opcode) {
    case 8:
        c->close_code = length >= 2 ? (uint16_t)((unsigned char)payload[0] << 8 | (unsigned char)payload[1]) : 1005;
        send_frame(c, 8, payload, length < 2 ? 0 : 2);
        end_conn(c, c->close_code);
        return;
    case 9:
        send_frame(c, 10, payload, length);
        return;
    case 10:
        return;
    case 0:
    case 1:
    case 2:
        if ((opcode == 0) != c->fragmented) tally.bad++;
        if (last && !c->fragmented) {
            on_message(c, payload, length, now);
            return;
        }
        bytes_add(&c->fragments, payload, length);
        c->fragmented = !last;
        if (last) {
            struct bytes whole = c->fragments;
            c->fragments = (struct bytes){0};
            on_message(c, whole.at, whole.length, now);
            free(whole.at);
        }
        return;
    default:
        tally.bad++;
    }
}

/* Handles every whole frame; the bytes that were used. */
static size_t read_frames(struct conn *c, const char *from, size_t length, int64_t now) {
    size_t at = 0;
    while (c->state != CLOSED && length - at >= 2) {
        const unsigned char *p = (const unsigned char *)from + at;
        size_t head = 2, size = p[1] & 127;
        if (p[1] & 0x80) tally.bad++;
        if (size == 126) {
            if (length - at < (head = 4)) break;
            size = (size_t)p[2] << 8 | p[3];
        } else if (size == 127) {
            if (length - at < (head = 10)) break;
            size = 0;
            for (int n = 2; n < 10; n++) size = size << 8 | p[n];
            if (size > LARGEST) {
                tally.bad++;
                end_conn(c, 1009);
                return length;
            }
        }
        if (length - at < head + size) break;
        on_frame(c, p[0], from + at + head, size, now);
        at += head + size;
    }
    return at;
}

static size_t read_upgrade(struct conn *c, const char *from, size_t length) {
    const char *end = find(from, from + length, "\r\n\r\n");
    if (!end) return 0;
    if (length < 12 || memcmp(from, "HTTP/1.1 101", 12)) {
        end_conn(c, 1002);
        return length;
    }
    c->state = GREETING;
    greet(c);
    return (size_t)(end - from) + 4;
}

static void take(struct conn *c, const char *from, size_t length, int64_t now) {
    size_t used = 0;
    if (c->state == UPGRADING) used = read_upgrade(c, from, length);
    if (c->state == GREETING || c->state == READY) used += read_frames(c, from + used, length - used, now);
    if (c->state == CLOSED || used == length) {
        if (c->state != CLOSED) bytes_drop(&c->in, c->in.length);
        return;
    }
    if (from == c->in.at) {
        bytes_drop(&c->in, used);
    } else {
        bytes_add(&c->in, from + used, length - used);
    }
}

static void on_readable(struct conn *c) {
    ssize_t got = recv(c->fd, read_buffer, READ, 0);
    if (got < 0) {
        if (errno != EAGAIN) end_conn(c, 1006);
        return;
    }
    if (got == 0) {
        end_conn(c, 1006);
        return;
    }
    tally.bytes += (uint64_t)got;
    int64_t now = now_ns();
    if (c->in.length) {
        bytes_add(&c->in, read_buffer, (size_t)got);
        take(c, c->in.at, c->in.length, now);
    } else {
        take(c, read_buffer, (size_t)got, now);
    }
}

void on_events(struct conn *c, uint32_t events) {
    if (c->state == CLOSED || c->state == UNUSED) return;
    if (c->state == CONNECTING && events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) {
        int problem = 0;
        socklen_t size = sizeof problem;
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &problem, &size);
        if (problem) {
            end_conn(c, 1006);
            return;
        }
        ask_upgrade(c);
        return;
    }
    if (events & EPOLLOUT) flush_out(c);
    if (!c->paused && events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) on_readable(c);
}
