/* What the driver asks for: connecting, waiting, and runs of traffic with a measured window. */
#include "load.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static double seconds_of(struct timeval t) { return (double)t.tv_sec + (double)t.tv_usec / 1e6; }

/* The value of `name=` in the words of a command. */
static double value(const char *words, const char *name, double otherwise) {
    size_t length = strlen(name);
    for (const char *at = words; (at = strstr(at, name)); at += length) {
        if (at > words && at[-1] == ' ' && at[length] == '=') return atof(at + length + 1);
    }
    return otherwise;
}

static void say(const char *text) {
    puts(text);
    fflush(stdout);
}

void connect_some(const char *words) {
    int wanted = (int)value(words, "n", 1), at_once = (int)value(words, "concurrency", 16), begun = 0;
    int group = (int)value(words, "group", 0), buffer = (int)value(words, "rcvbuf", 0);
    int64_t start = now_ns(), patience = start + (int64_t)(value(words, "patience", 900) * (double)SECOND);
    memset(&tally, 0, sizeof tally);
    while ((begun < wanted || handshakes) && now_ns() < patience) {
        while (begun < wanted && handshakes < at_once && conn_count < options.most) {
            begin_connect(group, buffer);
            begun++;
        }
        if (begun < wanted && conn_count == options.most && !handshakes) break;
        turn(20);
    }
    printf("{\"event\":\"connected\",\"n\":%llu,\"failed\":%llu,\"seconds\":%.3f", (unsigned long long)tally.welcome.total,
           (unsigned long long)((uint64_t)wanted - tally.welcome.total), (double)(now_ns() - start) / 1e9);
    histogram_print(stdout, "welcome", &tally.welcome);
    print_codes();
    say("}");
}

void wait_some(const char *words) {
    int64_t end = now_ns() + (int64_t)(value(words, "seconds", 1) * (double)SECOND);
    while (now_ns() < end) turn(100);
    say("{\"event\":\"waited\"}");
}

/* Senders are spread over the listeners, and stay the same for all runs. */
static void choose_senders(void) {
    int ready = 0, chosen = 0, seen = 0;
    for (int n = 0; n < conn_count; n++) ready += conns[n].state == READY && conns[n].group == 0;
    if (sender_count > ready) sender_count = ready;
    for (int n = 0; n < conn_count && chosen < sender_count; n++) {
        if (conns[n].state != READY || conns[n].group) continue;
        if (seen++ * sender_count / ready < chosen) continue;
        if (!senders[chosen].conn) {
            senders[chosen].conn = &conns[n];
            conns[n].sender = chosen;
        }
        chosen++;
    }
}

static void begin_run(void) {
    memset(&tally, 0, sizeof tally);
    choose_senders();
    for (int n = 0; n < conn_count; n++) {
        struct conn *c = &conns[n];
        c->taken = 0;
        if (c->state != READY) continue;
        c->base = c->lines[0].next - 1;
        for (int k = 0; k < (options.dialect == REMBUK ? 1 : sender_count); k++) forget_holes(&c->lines[k]);
    }
    for (int n = 0; n < sender_count; n++) {
        senders[n].before = senders[n].posted;
        senders[n].open = 0;
        senders[n].waiting = 0;
    }
}

static bool settled(void) {
    for (int n = 0; n < sender_count && options.dialect == REMBUK; n++) {
        if (senders[n].open && senders[n].conn->state == READY) return false;
    }
    for (int n = 0; n < conn_count; n++) {
        struct conn *c = &conns[n];
        if (c->state != READY) continue;
        if (options.dialect == REMBUK && c->lines[0].next <= highest) return false;
        for (int k = 0; k < sender_count && options.dialect != REMBUK; k++) {
            if (c->lines[k].next && c->lines[k].next <= senders[k].posted) return false;
        }
    }
    return true;
}

static void pause_group(int group, bool paused) {
    for (int n = 0; n < conn_count; n++) {
        if (conns[n].group != group || conns[n].state == CLOSED) continue;
        conns[n].paused = paused;
        watch(&conns[n]);
    }
}

static void start_closed_loop(int window) {
    for (int n = 0; n < sender_count && pace != BY_CLOCK; n++) {
        for (int k = 0; k < window && k < RING - 1; k++) post(&senders[n]);
    }
}

static void open_window(const char *words) {
    int herd = (int)value(words, "herd", 0);
    say("{\"event\":\"begin\"}");
    measuring = true;
    if (value(words, "pause", 0) > 0) pause_group(2, true);
    for (int n = 0; n < herd && conn_count < options.most; n++) begin_connect(1, 0);
}

void run(const char *words) {
    double rate = value(words, "rate", 20);
    int64_t pause = (int64_t)(value(words, "pause", 0) * (double)SECOND), gap = (int64_t)((double)SECOND / rate);
    int64_t begin = now_ns() + (int64_t)(value(words, "warm", 1) * (double)SECOND), resume = begin + pause;
    int64_t end = begin + (int64_t)(value(words, "seconds", 5) * (double)SECOND), due = now_ns(), opened = 0, now;
    int64_t patience = (int64_t)(value(words, "drain", 10) * (double)SECOND);
    bool herd = value(words, "herd", 0) > 0; /* the window lasts until everybody of it is in */
    struct rusage before, after;
    uint64_t turns = 0;
    begin_run();
    posts_allowed = (uint64_t)value(words, "posts", 1e18);
    pace = (enum pace)value(words, "closed", 0);
    start_closed_loop((int)value(words, "window", 1));
    while (((now = now_ns()) < end || (herd && handshakes && now < end + patience)) && tally.posts < posts_allowed) {
        if (!opened && now >= begin) {
            getrusage(RUSAGE_SELF, &before);
            open_window(words);
            opened = now;
        }
        if (pause && now >= resume) {
            pause_group(2, false);
            pause = 0;
        }
        for (; pace == BY_CLOCK && due <= now; due += gap) post(&senders[turns++ % (uint64_t)sender_count]);
        int64_t next = pace == BY_CLOCK && (due < end || now >= end) ? due : end;
        turn(next - now > 20000000 ? 20 : (int)((next - now + 999999) / 1000000));
    }
    measuring = false;
    say("{\"event\":\"end\"}");
    getrusage(RUSAGE_SELF, &after);
    pace = BY_CLOCK; /* nothing is posted any more */
    if (pause) pause_group(2, false);
    patience += now_ns();
    while (now_ns() < patience && (handshakes || !settled())) turn(20);
    report((double)(now - opened) / 1e9, seconds_of(after.ru_utime) - seconds_of(before.ru_utime), seconds_of(after.ru_stime) - seconds_of(before.ru_stime));
}
