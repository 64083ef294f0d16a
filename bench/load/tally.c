/* Counting: the order of what arrives, and how long it took. */
#include "load.h"

#include <string.h>
#include <time.h>

int64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

static int bucket(uint64_t us) {
    if (us < 64) return (int)us;
    int power = 63 - __builtin_clzll(us);
    int found = 64 * (power - 5) + (int)((us >> (power - 6)) & 63);
    return found < 64 * 32 ? found : 64 * 32 - 1;
}

static double middle(int found) {
    if (found < 64) return found + 0.5;
    int power = found / 64 + 5;
    return (double)((64ULL + (uint64_t)(found % 64)) << (power - 6)) + (double)(1ULL << (power - 6)) / 2;
}

void histogram_add(struct histogram *h, int64_t ns) {
    if (ns < 0) ns = 0;
    h->counts[bucket((uint64_t)ns / 1000)]++;
    h->total++;
    if (ns > h->most) h->most = ns;
}

double histogram_ms(const struct histogram *h, double share) {
    uint64_t wanted = (uint64_t)((double)h->total * share), seen = 0;
    if (wanted < 1) wanted = 1;
    for (int n = 0; n < 64 * 32; n++) {
        seen += h->counts[n];
        if (seen >= wanted) return middle(n) / 1000;
    }
    return 0;
}

void histogram_print(FILE *to, const char *name, const struct histogram *h) {
    fprintf(to, ",\"%s\":{\"n\":%llu", name, (unsigned long long)h->total);
    if (h->total) {
        fprintf(to, ",\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f", histogram_ms(h, 0.5), histogram_ms(h, 0.99), histogram_ms(h, 0.999),
                (double)h->most / 1e6);
    }
    fprintf(to, "}");
}

static void remember_hole(struct line *line, uint64_t first, uint64_t last) {
    if (line->hole_count == HOLES) {
        memmove(line->holes, line->holes + 1, sizeof(struct hole) * (HOLES - 1));
        line->hole_count--;
    }
    line->holes[line->hole_count++] = (struct hole){first, last};
}

/* Whether a late one was missing; it is no longer lost then, only out of order. */
static bool fills_hole(struct line *line, uint64_t seq) {
    for (int n = 0; n < line->hole_count; n++) {
        struct hole *h = &line->holes[n];
        if (seq < h->first || seq > h->last) continue;
        uint64_t last = h->last;
        h->last = seq - 1;
        bool gone = h->first > h->last;
        if (gone) *h = line->holes[--line->hole_count];
        if (seq < last) remember_hole(line, seq + 1, last);
        return true;
    }
    return false;
}

void take_seq(struct conn *c, struct line *line, uint64_t seq) {
    if (seq == line->next || !line->next) {
        line->next = seq + 1;
    } else if (seq > line->next) {
        tally.lost += seq - line->next;
        remember_hole(line, line->next, seq - 1);
        line->next = seq + 1;
    } else if (fills_hole(line, seq)) {
        tally.lost--;
        tally.reordered++;
    } else {
        tally.doubled++;
        return;
    }
    c->taken++;
    tally.deliveries++;
    tally.window += measuring;
}

void forget_holes(struct line *line) { line->hole_count = 0; }
