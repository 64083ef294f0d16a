/* A load client for rooms: one thread, epoll, masked frames. It parses every frame, checks the order of every event on every socket and
   measures with the clock of its own process. Driven by lines on standard input, answers one JSON object a line (bench/client.py). */
#ifndef LOAD_H
#define LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define GROUPS 3            /* 0: there from the start, 1: the herd, 2: slow readers */
#define MOST_SENDERS 1000
#define HOLES 8             /* missing ranges that are remembered per socket */
#define RING 256            /* posts of one sender whose acknowledgement is awaited */
#define SECOND 1000000000LL

enum state { UNUSED, CONNECTING, UPGRADING, GREETING, READY, CLOSED };
enum dialect { REMBUK, PLAIN, SOCKETIO, NATS };
enum pace { BY_CLOCK, BY_OWN_DELIVERY, BY_ACK };

struct bytes {
    char *at;
    size_t length, room;
};

struct hole {
    uint64_t first, last;
};

struct line {               /* the order of one numbered stream: a room's log, or one sender's events at a peer */
    uint64_t next;          /* 0: whatever comes first is the beginning */
    struct hole holes[HOLES];
    uint8_t hole_count;
};

struct conn {
    int fd, number, sender; /* sender: index into `senders`, -1 for a listener */
    uint8_t state, group;
    bool wants_write, paused, fragmented;
    uint16_t close_code;
    int64_t began;
    uint64_t base;          /* of rembuk: the log's head when this run began, or at the welcome */
    uint64_t taken;         /* deliveries of this run */
    struct bytes in, out, fragments, stream;
    struct line *lines;     /* one for rembuk, one per sender for a peer */
};

struct sender {
    struct conn *conn;
    int64_t waiting;        /* the timestamp in the last own message, until it is delivered */
    uint64_t posted, before; /* of all runs: for a peer the seq of its last event; before this run */
    uint64_t i;
    uint64_t open;          /* without acknowledgement */
    int64_t sent_at[RING];
};

struct histogram {          /* microseconds in buckets of 1/64 of their power of two */
    uint64_t counts[64 * 32], total;
    int64_t most;
};

struct options {
    const char *host, *path, *origin, *tokens;
    int port, dialect, most, text_bytes, event_bytes; /* most: sockets in all; bytes of rembuk's text, of a peer's whole event */
    uint32_t nonce;
};

struct tally {              /* what one run has seen */
    uint64_t posts, posts_window, deliveries, window, lost, doubled, reordered, bad, frames, bytes, acks, errors, herd_failed;
    struct histogram latency[GROUPS], ack, welcome;
    char first_error[200];
};

extern struct options options;
extern struct tally tally;
extern struct conn *conns;
extern struct sender senders[MOST_SENDERS];
extern int conn_count, sender_count, handshakes, epoll_fd; /* handshakes: begun and not yet READY */
extern uint64_t highest;    /* of rembuk: the highest seq seen anywhere */
extern uint64_t posts_allowed; /* in this run */
extern bool measuring;
extern enum pace pace;

/* tally.c */
int64_t now_ns(void);
void histogram_add(struct histogram *h, int64_t ns);
double histogram_ms(const struct histogram *h, double share);
void take_seq(struct conn *c, struct line *line, uint64_t seq);
void forget_holes(struct line *line);
void histogram_print(FILE *to, const char *name, const struct histogram *h);

/* bytes.c */
void bytes_add(struct bytes *b, const void *more, size_t length);
void bytes_drop(struct bytes *b, size_t length);
const char *find_seq(const char *from, const char *end);
const char *find(const char *from, const char *end, const char *what);

/* net.c */
void begin_connect(int group, int receive_buffer);
void end_conn(struct conn *c, int code);
void on_events(struct conn *c, uint32_t events);
void watch(struct conn *c);
void send_frame(struct conn *c, int opcode, const char *payload, size_t length);

/* dialect.c */
void greet(struct conn *c);
void on_message(struct conn *c, const char *from, size_t length, int64_t now);
void post(struct sender *s);

/* run.c */
void run(const char *words);
void connect_some(const char *words);
void wait_some(const char *words);

/* report.c */
void print_codes(void);
void report(double window, double user, double system);

/* main.c */
void turn(int milliseconds);
#endif
