/* The answer to a run, as one line of JSON. */
#include "load.h"

#include <string.h>

struct sums {
    uint64_t open, closed, expected, undelivered, taken;
};

static void add_room(struct sums *sums, const struct conn *c) {
    uint64_t got = c->lines[0].next - 1;
    sums->expected += highest > c->base ? highest - c->base : 0;
    sums->undelivered += highest > got ? highest - got : 0;
}

static void add_peer(struct sums *sums, const struct conn *c) {
    for (int n = 0; n < sender_count; n++) {
        uint64_t posted = senders[n].posted - senders[n].before, next = c->lines[n].next;
        if (!next) continue; /* came later and heard nothing of this sender */
        sums->expected += posted;
        sums->undelivered += senders[n].posted >= next ? senders[n].posted - next + 1 : 0;
    }
}

static struct sums summed(int group) {
    struct sums sums = {0};
    for (int n = 0; n < conn_count; n++) {
        const struct conn *c = &conns[n];
        if (c->group != group) continue;
        if (c->state != READY) {
            sums.closed += c->state == CLOSED;
            continue;
        }
        sums.open++;
        sums.taken += c->taken;
        if (options.dialect == REMBUK) {
            add_room(&sums, c);
        } else {
            add_peer(&sums, c);
        }
    }
    return sums;
}

static void print_group(const char *name, int group) {
    struct sums sums = summed(group);
    printf(",\"%s\":{\"open\":%llu,\"closed\":%llu,\"expected\":%llu,\"taken\":%llu,\"undelivered\":%llu", name, (unsigned long long)sums.open,
           (unsigned long long)sums.closed, (unsigned long long)sums.expected, (unsigned long long)sums.taken, (unsigned long long)sums.undelivered);
    histogram_print(stdout, "latency", &tally.latency[group]);
    printf("}");
}

void print_codes(void) {
    static uint64_t codes[65536];
    const char *comma = "";
    memset(codes, 0, sizeof codes);
    for (int n = 0; n < conn_count; n++) codes[conns[n].close_code] += conns[n].state == CLOSED;
    printf(",\"codes\":{");
    for (int n = 0; n < 65536; n++) {
        if (!codes[n]) continue;
        printf("%s\"%d\":%llu", comma, n, (unsigned long long)codes[n]);
        comma = ",";
    }
    printf("}");
}

static void print_quoted(const char *text) {
    putchar('"');
    for (; *text; text++) {
        if (*text == '"' || *text == '\\') putchar('\\');
        if ((unsigned char)*text >= ' ') putchar(*text);
    }
    putchar('"');
}

void report(double window, double user, double system) {
#define N(name, number) printf("%s\"%s\":%llu", comma, name, (unsigned long long)(number)), comma = ","
    const char *comma = ",";
    printf("{\"event\":\"report\",\"window\":%.4f", window);
    N("posts", tally.posts);
    N("posts_in_window", tally.posts_window);
    N("deliveries", tally.deliveries);
    N("deliveries_in_window", tally.window);
    N("acks", tally.acks);
    N("lost", tally.lost);
    N("doubled", tally.doubled);
    N("reordered", tally.reordered);
    N("bad_frames", tally.bad);
    N("frames", tally.frames);
    N("bytes", tally.bytes);
    N("errors", tally.errors);
    N("herd_failed", tally.herd_failed + (uint64_t)handshakes);
    printf(",\"first_error\":");
    print_quoted(tally.first_error);
    histogram_print(stdout, "ack", &tally.ack);
    histogram_print(stdout, "welcome", &tally.welcome);
    print_group("attendees", 0);
    print_group("herd", 1);
    print_group("slow", 2);
    print_codes();
    printf(",\"client\":{\"user\":%.3f,\"system\":%.3f,\"core_share\":%.3f}}\n", user, system, window > 0 ? (user + system) / window : 0);
    fflush(stdout);
#undef N
}
