/* What is said inside the frames: the room protocol, and the least that each peer asks for. */
#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>
#include <string.h>

static char padding[65536];
static bool posted_ever;

static void ready(struct conn *c, int64_t now) {
    if (c->state == READY) return;
    c->state = READY;
    handshakes--;
    histogram_add(&tally.welcome, now - c->began);
    int count = options.dialect == REMBUK ? 1 : sender_count;
    c->lines = calloc((size_t)count, sizeof *c->lines);
    if (!c->lines) abort();
    /* Who was there before the first message must have the first message. */
    for (int n = 0; n < count && !posted_ever; n++) c->lines[n].next = 1;
}

static void send_text(struct conn *c, const char *text) { send_frame(c, 1, text, strlen(text)); }

static const char *token_of(int number) {
    static char **tokens;
    static int count;
    if (!tokens) {
        FILE *file = fopen(options.tokens, "r");
        char *text = NULL;
        size_t room = 0;
        ssize_t length;
        if (!file) {
            perror("load: tokens");
            exit(3);
        }
        while ((length = getline(&text, &room, file)) > 0) {
            text[strcspn(text, "\r\n")] = 0;
            tokens = realloc(tokens, sizeof *tokens * (size_t)(count + 1));
            tokens[count++] = strdup(text);
        }
        fclose(file);
        if (!count) exit(3);
    }
    return tokens[number % count];
}

void greet(struct conn *c) {
    char text[1024];
    switch (options.dialect) {
    case REMBUK:
        snprintf(text, sizeof text, "{\"t\":\"hello\",\"v\":1,\"mode\":\"full\",\"token\":\"%s\"}", token_of(c->number));
        send_text(c, text);
        break;
    case PLAIN:
        ready(c, now_ns());
        break;
    case SOCKETIO:
        break; /* the server speaks first */
    case NATS:
        snprintf(text, sizeof text, "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\",\"protocol\":1}\r\nSUB room 1\r\nPING\r\n");
        send_frame(c, 2, text, strlen(text));
    }
}

static uint64_t digits(const char **at, const char *end) {
    uint64_t value = 0;
    while (*at < end && **at >= '0' && **at <= '9') value = value * 10 + (uint64_t)(*(*at)++ - '0');
    return value;
}

static uint64_t number_after(const char *from, const char *end, const char *name) {
    const char *at = find(from, end, name);
    if (!at) return 0;
    at += strlen(name);
    return digits(&at, end);
}

/* One event, from its seq to the next event: its age, and whether it is this sender's own. */
static void on_event(struct conn *c, struct line *line, const char *from, const char *end, int64_t now) {
    const char *at = from + 6;
    uint64_t seq = digits(&at, end);
    take_seq(c, line, seq);
    if (options.dialect == REMBUK && seq > highest) highest = seq;
    const char *stamp = find(at, end, ":\"b~");
    if (!stamp) return;
    stamp += 4;
    int64_t sent = (int64_t)digits(&stamp, end);
    if (measuring) histogram_add(&tally.latency[c->group], now - sent);
    if (c->sender < 0 || senders[c->sender].waiting != sent) return;
    senders[c->sender].waiting = 0;
    if (pace == BY_OWN_DELIVERY) post(&senders[c->sender]);
}

static void on_room_events(struct conn *c, const char *from, const char *end, int64_t now) {
    const char *seq = find_seq(from, end);
    while (seq) {
        const char *next = find_seq(seq + 6, end);
        on_event(c, &c->lines[0], seq, next ? next : end, now);
        if (c->state != READY) return;
        seq = next;
    }
}

static void on_ack(struct conn *c, const char *from, const char *end, int64_t now) {
    if (c->sender < 0) return;
    struct sender *s = &senders[c->sender];
    uint64_t i = number_after(from, end, "\"i\":"), seq = number_after(from, end, "\"seq\":");
    tally.acks++;
    s->open--;
    if (seq > highest) highest = seq;
    if (measuring) histogram_add(&tally.ack, now - s->sent_at[i % RING]);
    if (pace == BY_ACK) post(s);
}

static void on_welcome(struct conn *c, const char *from, const char *end, int64_t now) {
    uint64_t head = number_after(from, end, "\"head\":");
    ready(c, now);
    c->lines[0].next = head + 1;
    c->base = head;
    if (head > highest) highest = head;
}

static void on_error(struct conn *c, const char *from, size_t length) {
    tally.errors++;
    if (c->sender >= 0) senders[c->sender].open--;
    if (!tally.first_error[0]) snprintf(tally.first_error, sizeof tally.first_error, "%.*s", (int)(length < 190 ? length : 190), from);
}

static void on_room_frame(struct conn *c, const char *from, size_t length, int64_t now) {
    const char *end = from + length, *kind = from + 6;
    if (length < 9 || memcmp(from, "{\"t\":\"", 6)) {
        kind = find(from, end, "\"t\":\"");
        if (!kind) {
            tally.bad++;
            return;
        }
        kind += 5;
    }
    size_t left = (size_t)(end - kind);
#define IS(word) (left > sizeof word && !memcmp(kind, word "\"", sizeof word))
    if (IS("batch") || IS("msg") || IS("upd") || IS("room")) {
        if (c->state == READY) on_room_events(c, from, end, now);
    } else if (IS("ack")) {
        on_ack(c, from, end, now);
    } else if (IS("welcome")) {
        on_welcome(c, from, end, now);
    } else if (IS("snapshot")) {
        if (c->state == READY) c->lines[0].next = number_after(from, end, "\"head\":") + 1;
    } else if (IS("err")) {
        on_error(c, from, length);
    } else if (IS("bye")) {
        c->close_code = (uint16_t)number_after(from, end, "\"code\":");
    } else if (!(IS("ok") || IS("presence") || IS("hb") || IS("votes") || IS("mine"))) {
        tally.bad++;
    }
#undef IS
}

/* `"from":"007","seq":41`: numbered by each sender for itself, so that the peer only relays. */
static void on_peer_event(struct conn *c, const char *from, const char *end, int64_t now) {
    const char *seq = find_seq(from, end);
    if (!seq || seq - from < 12) {
        tally.bad++;
        return;
    }
    int who = (seq[-5] - '0') * 100 + (seq[-4] - '0') * 10 + (seq[-3] - '0');
    if (who < 0 || who >= sender_count) {
        tally.bad++;
        return;
    }
    on_event(c, &c->lines[who], seq, end, now);
}

static void on_socketio(struct conn *c, const char *from, size_t length, int64_t now) {
    if (length && *from == '0') {
        send_text(c, "40");
    } else if (length && *from == '2') {
        send_text(c, "3");
    } else if (length > 1 && !memcmp(from, "40", 2)) {
        ready(c, now);
    } else if (length > 1 && !memcmp(from, "42", 2)) {
        if (c->state == READY) on_peer_event(c, from, from + length, now);
    } else {
        tally.bad++;
    }
}

/* A stream of lines and payloads that takes no notice of frames; the bytes used. */
static size_t read_nats(struct conn *c, const char *from, size_t length, int64_t now) {
    size_t used = 0;
    while (used < length) {
        const char *at = from + used, *end = from + length, *line = find(at, end, "\r\n");
        if (!line) break;
        size_t whole = (size_t)(line - at) + 2;
        if (!memcmp(at, "MSG ", 4)) {
            const char *size = line;
            while (size[-1] != ' ') size--;
            size_t payload = (size_t)digits(&size, line);
            if (length - used < whole + payload + 2) break;
            on_peer_event(c, line + 2, line + 2 + payload, now);
            whole += payload + 2;
        } else if (!memcmp(at, "PING", 4)) {
            send_frame(c, 2, "PONG\r\n", 6);
        } else if (!memcmp(at, "PONG", 4)) {
            ready(c, now);
        } else if (memcmp(at, "INFO", 4) && memcmp(at, "+OK", 3)) {
            tally.bad++;
        }
        if (c->state == CLOSED) return length;
        used += whole;
    }
    return used;
}

static void on_nats(struct conn *c, const char *from, size_t length, int64_t now) {
    if (!c->stream.length) {
        size_t used = read_nats(c, from, length, now);
        if (used < length && c->state != CLOSED) bytes_add(&c->stream, from + used, length - used);
        return;
    }
    bytes_add(&c->stream, from, length);
    size_t used = read_nats(c, c->stream.at, c->stream.length, now);
    if (c->state != CLOSED) bytes_drop(&c->stream, used);
}

void on_message(struct conn *c, const char *from, size_t length, int64_t now) {
    switch (options.dialect) {
    case REMBUK:
        on_room_frame(c, from, length, now);
        break;
    case PLAIN:
        on_peer_event(c, from, from + length, now);
        break;
    case SOCKETIO:
        on_socketio(c, from, length, now);
        break;
    case NATS:
        on_nats(c, from, length, now);
    }
}

static int event_of(char *to, size_t room, int who, uint64_t seq, int64_t stamp) {
    int fixed = snprintf(to, room, "{\"t\":\"msg\",\"from\":\"%03d\",\"seq\":%llu,\"text\":\"b~%019lld~\"}", who, (unsigned long long)seq, (long long)stamp);
    int more = options.event_bytes > fixed ? options.event_bytes - fixed : 0;
    return snprintf(to, room, "{\"t\":\"msg\",\"from\":\"%03d\",\"seq\":%llu,\"text\":\"b~%019lld~%.*s\"}", who, (unsigned long long)seq,
                    (long long)stamp, more, padding);
}

/* The next message of a sender, stamped now. */
void post(struct sender *s) {
    static int64_t before;
    char text[70000], event[66000];
    int length, who = (int)(s - senders);
    if (s->conn->state != READY || tally.posts >= posts_allowed) return;
    if (!padding[0]) memset(padding, 'x', sizeof padding - 1);
    int64_t stamp = now_ns();
    if (stamp <= before) stamp = before + 1; /* a stamp names its message */
    before = s->waiting = stamp;
    s->posted++;
    posted_ever = true;
    tally.posts++;
    tally.posts_window += measuring;
    if (options.dialect == REMBUK) {
        s->i++;
        s->open++;
        s->sent_at[s->i % RING] = stamp;
        int more = options.text_bytes > 22 ? options.text_bytes - 22 : 0;
        length = snprintf(text, sizeof text, "{\"t\":\"send\",\"i\":%llu,\"cid\":\"%05x%03x%llx\",\"kind\":\"chat\",\"text\":\"b~%019lld~%.*s\"}",
                          (unsigned long long)s->i, options.nonce & 0xfffff, who, (unsigned long long)s->i, (long long)stamp, more, padding);
        send_frame(s->conn, 1, text, (size_t)length);
        return;
    }
    int size = event_of(event, sizeof event, who, s->posted, stamp);
    if (options.dialect == SOCKETIO) {
        length = snprintf(text, sizeof text, "42[\"m\",%s]", event);
    } else if (options.dialect == NATS) {
        length = snprintf(text, sizeof text, "PUB room %d\r\n%s\r\n", size, event);
    } else {
        length = snprintf(text, sizeof text, "%s", event);
    }
    send_frame(s->conn, options.dialect == NATS ? 2 : 1, text, (size_t)length);
}
