/* Growing byte strings, and finding short marks in frames. */
#define _GNU_SOURCE
#include "load.h"

#include <stdlib.h>
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

void bytes_add(struct bytes *b, const void *more, size_t length) {
    if (b->length + length > b->room) {
        b->room = (b->length + length) * 2;
        b->at = realloc(b->at, b->room);
        if (!b->at) abort();
    }
    memcpy(b->at + b->length, more, length);
    b->length += length;
}

void bytes_drop(struct bytes *b, size_t length) {
    b->length -= length;
    if (b->length) {
        memmove(b->at, b->at + length, b->length);
    } else if (b->room > 65536) {
        free(b->at);
        *b = (struct bytes){0};
    }
}

const char *find(const char *from, const char *end, const char *what) {
    return from < end ? memmem(from, (size_t)(end - from), what, strlen(what)) : NULL;
}

/* Where `"seq":` begins. Inside a JSON string its quotes would be escaped, so this can only be a name. */
const char *find_seq(const char *from, const char *end) {
#if defined(__SSE2__)
    const __m128i s = _mm_set1_epi8('s'), q = _mm_set1_epi8('q');
    while (end - from >= 16 + 6) {
        __m128i one = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(from + 1)), s);
        __m128i three = _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(from + 3)), q);
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(one, three));
        while (mask) {
            const char *at = from + __builtin_ctz(mask);
            if (!memcmp(at, "\"seq\":", 6)) return at;
            mask &= mask - 1;
        }
        from += 16;
    }
#endif
    return find(from, end, "\"seq\":");
}
