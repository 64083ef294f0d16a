/* load --host H --port P --path /ws --origin O --dialect rembuk|plain|socketio|nats --most N --senders N [--tokens FILE] [--text-bytes N]
   [--event-bytes N] [--nonce N], then commands on standard input: connect, wait, run, quit (run.c has their words). */
#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

struct options options = {.host = "127.0.0.1", .path = "/", .origin = "", .most = 1000, .text_bytes = 40, .event_bytes = 250};
struct tally tally;
struct conn *conns;
struct sender senders[MOST_SENDERS];
int conn_count, sender_count = 20, handshakes, epoll_fd;
uint64_t highest, posts_allowed;
bool measuring;
enum pace pace;

static char commands[4096];
static size_t command_bytes;

static void read_commands(void) {
    ssize_t got = read(0, commands + command_bytes, sizeof commands - 1 - command_bytes);
    if (got <= 0) exit(0);
    command_bytes += (size_t)got;
    commands[command_bytes] = 0;
}

void turn(int milliseconds) {
    static struct epoll_event events[512];
    int found = epoll_wait(epoll_fd, events, 512, milliseconds);
    for (int n = 0; n < found; n++) {
        if (events[n].data.ptr) {
            on_events(events[n].data.ptr, events[n].events);
        } else {
            read_commands();
        }
    }
}

static void obey(const char *words) {
    if (!strncmp(words, "connect ", 8)) {
        connect_some(words);
    } else if (!strncmp(words, "wait ", 5)) {
        wait_some(words);
    } else if (!strncmp(words, "run ", 4)) {
        run(words);
    } else if (!strcmp(words, "quit")) {
        exit(0);
    } else {
        fprintf(stderr, "load: unknown command: %s\n", words);
        exit(2);
    }
}

static int dialect_of(const char *name) {
    static const char *names[] = {"rembuk", "plain", "socketio", "nats"};
    for (int n = 0; n < 4; n++) {
        if (!strcmp(name, names[n])) return n;
    }
    fprintf(stderr, "load: unknown dialect %s\n", name);
    exit(2);
}

static void read_options(int count, char **words) {
    for (int n = 1; n + 1 < count; n += 2) {
        const char *name = words[n], *value = words[n + 1];
        if (!strcmp(name, "--host")) options.host = value;
        else if (!strcmp(name, "--port")) options.port = atoi(value);
        else if (!strcmp(name, "--path")) options.path = value;
        else if (!strcmp(name, "--origin")) options.origin = value;
        else if (!strcmp(name, "--tokens")) options.tokens = value;
        else if (!strcmp(name, "--dialect")) options.dialect = dialect_of(value);
        else if (!strcmp(name, "--most")) options.most = atoi(value);
        else if (!strcmp(name, "--senders")) sender_count = atoi(value);
        else if (!strcmp(name, "--text-bytes")) options.text_bytes = atoi(value);
        else if (!strcmp(name, "--event-bytes")) options.event_bytes = atoi(value);
        else if (!strcmp(name, "--nonce")) options.nonce = (uint32_t)atoi(value);
        else {
            fprintf(stderr, "load: unknown option %s\n", name);
            exit(2);
        }
    }
    if (options.port < 1 || options.most < 1 || sender_count < 1 || sender_count > MOST_SENDERS || (options.dialect == REMBUK && !options.tokens)) {
        fprintf(stderr, "load: --port, --most, --senders 1..%d and, for rembuk, --tokens are needed\n", MOST_SENDERS);
        exit(2);
    }
}

int main(int count, char **words) {
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    read_options(count, words);
    conns = calloc((size_t)options.most, sizeof *conns);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL};
    if (!conns || epoll_fd < 0 || epoll_ctl(epoll_fd, EPOLL_CTL_ADD, 0, &e) < 0) {
        perror("load");
        return 3;
    }
    for (;;) {
        char *end = memchr(commands, '\n', command_bytes);
        if (!end) {
            turn(1000);
            continue;
        }
        char words_now[4096];
        *end = 0;
        strcpy(words_now, commands);
        command_bytes -= (size_t)(end + 1 - commands);
        memmove(commands, end + 1, command_bytes);
        obey(words_now);
    }
}
