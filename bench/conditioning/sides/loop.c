/* The yardstick: the weekly-shipments job as one tight loop, for this file's form alone.
 *
 * Reads a mapped file once, types and judges each record in place, finds repeated keys in one open-addressing table over
 * the exact key (60 bits), and writes through two large buffers. It trusts what the generator promises where that saves
 * work: LF inside quotes only, six fields a record. SHA-256 comes from libcrypto.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct { const uint8_t *at; size_t size; } Text;
typedef struct { int file; size_t used; uint8_t *data; } Out;

enum { BUFFER = 4 << 20 };
enum { GOOD, NO_DAY, NO_MONDAY, NO_STORE, BAD_STORE, NO_UNITS, NO_DOLLARS, BELOW_ZERO, CONFLICT, FAULTS };
static const char *RULES[FAULTS][3] = {
    {0}, {"week_start", "not_a_day", " is no day written like dd.mm.yyyy"},
    {"week_start", "wrong_weekday", " is no Monday"}, {"store_id", "missing", "store_id is missing"},
    {"store_id", "bad_format", " does not look like [0-9]{5}"},
    {"units", "not_a_number", " is no number (decimal mark ',', thousands '.')"},
    {"dollars", "not_a_number", " is no number (decimal mark ',', thousands '.')"},
    {"dollars", "too_small", " is below 0"},
    {"", "key_conflict", "an earlier row has the same key and other values"},
};
static const char *NO_SUCH_DAY = " is written like dd.mm.yyyy, but there is no such day";
static int (*sha_start)(void *); static int (*sha_add)(void *, const void *, size_t); static int (*sha_end)(uint8_t *, void *);
static uint64_t sha_state[64];

static void flush(Out *out, int hashed) {
    if (hashed) sha_add(sha_state, out->data, out->used);
    for (size_t done = 0; done < out->used;) {
        ssize_t wrote = write(out->file, out->data + done, out->used - done);
        if (wrote < 0) { perror("write"); exit(1); }
        done += (size_t)wrote;
    }
    out->used = 0;
}

/* Latin-1 to UTF-8; with `quoted` in CSV quotes where they are needed. */
static void put_text(Out *out, const uint8_t *text, size_t size, int quoted) {
    uint8_t *to = out->data + out->used, *start = to;
    int needs = 0;
    if (quoted) for (size_t i = 0; i < size; i++) needs |= text[i] == '"' || text[i] == ',' || text[i] == '\n' || text[i] == '\r';
    if (needs) *to++ = '"';
    for (size_t i = 0; i < size; i++) {
        uint8_t c = text[i];
        if (c < 0x80) { if (needs && c == '"') *to++ = '"'; *to++ = c; }
        else { *to++ = 0xC0 | (c >> 6); *to++ = 0x80 | (c & 0x3F); }
    }
    if (needs) *to++ = '"';
    out->used += (size_t)(to - start);
}
static int is_like_a_day(Text cell) {
    for (size_t i = 0; i < cell.size; i++) if (i == 2 || i == 5 ? cell.at[i] != '.' : cell.at[i] < '0' || cell.at[i] > '9') return 0;
    return cell.size == 10;
}
static void put(Out *out, const char *text) { size_t n = strlen(text); memcpy(out->data + out->used, text, n); out->used += n; }
static void put_byte(Out *out, uint8_t byte) { out->data[out->used++] = byte; }

static void put_number(Out *out, uint64_t number) {
    uint8_t digits[20]; int n = 0;
    do digits[n++] = '0' + number % 10; while (number /= 10);
    while (n) put_byte(out, digits[--n]);
}

/* Days since 1970-01-01, or -1: the calendar of H. Hinnant, "chrono-compatible low-level date algorithms". */
static int day_of(const uint8_t *t, size_t size) {
    static const uint8_t MONTHS[13] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (size != 10 || t[2] != '.' || t[5] != '.') return -1;
    static const int at[8] = {0, 1, 3, 4, 6, 7, 8, 9};
    for (int i = 0; i < 8; i++) if ((uint8_t)(t[at[i]] - '0') > 9) return -1;
    int d = (t[0] - '0') * 10 + t[1] - '0', m = (t[3] - '0') * 10 + t[4] - '0';
    int y = (t[6] - '0') * 1000 + (t[7] - '0') * 100 + (t[8] - '0') * 10 + t[9] - '0';
    int leap = y % 4 == 0 && (y % 100 || y % 400 == 0);
    if (m < 1 || m > 12 || d < 1 || d > MONTHS[m] + (m == 2 && leap)) return -1;
    y -= m <= 2;
    int era = y / 400, yoe = y - era * 400, doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* A numeral without decimal mark (places 0) or with exactly two places; INT64_MIN if it is none. */
static int64_t number_of(const uint8_t *t, size_t size, int places) {
    size_t i = 0, digits = 0; int minus = 0; int64_t value = 0;
    if (size && t[0] == '-') { minus = 1; i = 1; }
    size_t whole = places ? (size > 3 ? size - 3 : 0) : size;
    if (whole <= i || (places && t[whole] != ',')) return INT64_MIN;
    for (; i < whole; i++) {
        if (t[i] == '.') { if ((whole - i) % 4) return INT64_MIN; continue; }
        uint8_t c = t[i] - '0'; if (c > 9) return INT64_MIN;
        value = value * 10 + c; digits++;
    }
    for (i = whole + 1; places && i < size; i++) { uint8_t c = t[i] - '0'; if (c > 9) return INT64_MIN; value = value * 10 + c; }
    return digits ? (minus ? -value : value) : INT64_MIN;
}

static uint64_t digits_of(Text t) { uint64_t v = 0; for (size_t i = 0; i < t.size; i++) v = v * 10 + (t.at[i] - '0'); return v; }
static int compare(Text a, Text b) { int c = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size); return c ? c : (a.size > b.size) - (a.size < b.size); }
static uint64_t mix(uint64_t x) { x ^= x >> 32; x *= 0xD6E8FEB86659FD93ULL; x ^= x >> 32; x *= 0xD6E8FEB86659FD93ULL; return x ^ x >> 32; }
static uint64_t hash_of(Text t, uint64_t seed) {
    uint64_t h = seed; size_t i = 0; uint64_t w;
    for (; i + 8 <= t.size; i += 8) { memcpy(&w, t.at + i, 8); h = mix(h ^ w); }
    if (i < t.size) { w = 0; memcpy(&w, t.at + i, t.size - i); h = mix(h ^ w ^ t.size); }
    return h;
}

typedef struct { uint64_t key, rest; } Slot;
static Slot *slots; static size_t slot_count = 1 << 16, keys;
static Slot *find(uint64_t key) {
    size_t at = mix(key) & (slot_count - 1);
    while (slots[at].key && slots[at].key != key) at = (at + 1) & (slot_count - 1);
    return slots + at;
}
static void grow(void) {
    Slot *old = slots; size_t count = slot_count;
    slot_count *= 4; slots = calloc(slot_count, sizeof *slots);
    for (size_t i = 0; i < count; i++) if (old[i].key) *find(old[i].key) = old[i];
    free(old);
}

/* A date that a day number stands for, as ISO 8601. */
static void show_day(int day, char *to) {
    int z = day + 719468, era = z / 146097, doe = z - era * 146097;
    int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365, doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int mp = (5 * doy + 2) / 153, d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9;
    snprintf(to, 16, "%04u-%02u-%02u", (unsigned)(yoe + era * 400 + (m <= 2)) % 10000, (unsigned)m % 100, (unsigned)d % 100);
}
static char days[1 << 16][16];

static void put_json(FILE *file, Text text) {
    fputc('"', file);
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.at[i];
        if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80) fprintf(file, "\\u%04x", c); else fputc(c, file);
    }
    fputc('"', file);
}

int main(int count, char **arguments) {
    if (count < 3) return 2;
    char path[4096]; struct stat stat_;
    int in = open(arguments[1], O_RDONLY);
    if (in < 0 || fstat(in, &stat_)) { perror(arguments[1]); return 1; }
    const uint8_t *data = mmap(0, (size_t)stat_.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, in, 0), *end = data + stat_.st_size;
    void *crypto = dlopen("libcrypto.so.3", RTLD_NOW);
    if (!crypto) crypto = dlopen("libcrypto.so.1.1", RTLD_NOW);
    if (!crypto) { fprintf(stderr, "no libcrypto\n"); return 1; }
    *(void **)&sha_start = dlsym(crypto, "SHA256_Init"); *(void **)&sha_add = dlsym(crypto, "SHA256_Update"); *(void **)&sha_end = dlsym(crypto, "SHA256_Final");
    sha_start(sha_state);
    Out good = {0, 0, malloc(2 * BUFFER)}, bad = {0, 0, malloc(2 * BUFFER)};
    snprintf(path, sizeof path, "%s/accepted.csv", arguments[2]); good.file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    snprintf(path, sizeof path, "%s/rejected.csv", arguments[2]); bad.file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    put(&good, "week_start,store_id,product_id,product,units,dollars\n"); put(&bad, "line,rule,column,reason,raw\n");
    slots = calloc(slot_count, sizeof *slots);
    uint64_t rows_in = 0, rows_out = 0, duplicates = 0, skipped = 0, line = 2, nulls = 0, rejected[FAULTS] = {0};
    int least_day = 1 << 30, most_day = 0; int64_t least_units = INT64_MAX, most_units = INT64_MIN, least_money = INT64_MAX, most_money = INT64_MIN;
    Text least[3] = {{0}}, most[3] = {{0}};
    uint8_t plain[1 << 16]; uint8_t kept[2][1 << 12];
    const uint8_t *at = memchr(data, '\n', (size_t)(end - data)) + 1;
    while (at < end) {
        const uint8_t *start = at; Text field[6]; int lines = 1;
        for (int number = 0; number < 6; number++) {
            if (*at == '"') {
                uint8_t *to = plain;
                for (at++; !(*at == '"' && at[1] != '"'); at++) { if (*at == '"') at++; lines += *at == '\n'; *to++ = *at; }
                at++; field[number] = (Text){plain, (size_t)(to - plain)};
            } else { const uint8_t *from = at; while (*at != ';' && *at != '\r') at++; field[number] = (Text){from, (size_t)(at - from)}; }
            at += *at == '\r' ? 2 : 1;
        }
        uint64_t here = line; line += (uint64_t)lines;
        if (field[0].size == 5 && !memcmp(field[0].at, "Summe", 5)) { skipped++; continue; }
        rows_in++;
        int day = day_of(field[0].at, field[0].size), fault = GOOD; Text cell = {0};
        int64_t units = number_of(field[4].at, field[4].size, 0), money = 0;
        int no_money = field[5].size == 3 && !memcmp(field[5].at, "N/A", 3);
        if (!no_money) money = number_of(field[5].at, field[5].size, 2);
        int is_store = field[1].size == 5; for (size_t i = 0; i < field[1].size; i++) is_store &= (uint8_t)(field[1].at[i] - '0') < 10;
        if (day < 0) fault = NO_DAY, cell = field[0];
        else if ((day + 3) % 7) fault = NO_MONDAY, cell = field[0];
        else if (!field[1].size) fault = NO_STORE;
        else if (!is_store) fault = BAD_STORE, cell = field[1];
        else if (units == INT64_MIN) fault = NO_UNITS, cell = field[4];
        else if (money == INT64_MIN) fault = NO_DOLLARS, cell = field[5];
        else if (money < 0) fault = BELOW_ZERO, cell = field[5];
        else {
            uint64_t key = 1 + ((uint64_t)day << 44 | digits_of(field[1]) << 27 | digits_of(field[2]));
            uint64_t rest = hash_of(field[3], (uint64_t)units << 40 ^ (uint64_t)money ^ (uint64_t)no_money << 63);
            if (keys * 2 > slot_count) grow();
            Slot *slot = find(key);
            if (!slot->key) { slot->key = key; slot->rest = rest; keys++; }
            else if (slot->rest == rest) { duplicates++; continue; }
            else fault = CONFLICT;
        }
        if (fault) {
            rejected[fault]++;
            put_number(&bad, here); put_byte(&bad, ','); put(&bad, RULES[fault][1]); put_byte(&bad, ','); put(&bad, RULES[fault][0]); put_byte(&bad, ',');
            char reason[512];
            const char *why = fault == NO_DAY && is_like_a_day(cell) ? NO_SUCH_DAY : RULES[fault][2];
            if (cell.at) snprintf(reason, sizeof reason, "%s: '%.*s'%s", RULES[fault][0], (int)cell.size, cell.at, why);
            else snprintf(reason, sizeof reason, "%s", RULES[fault][2]);
            put_text(&bad, (uint8_t *)reason, strlen(reason), 1); put_byte(&bad, ',');
            put_text(&bad, start, (size_t)(at - start) - 2, 1); put_byte(&bad, '\n');
            if (bad.used > BUFFER) flush(&bad, 0);
            continue;
        }
        rows_out++; nulls += no_money;
        if (day < least_day) least_day = day;
        if (day > most_day) most_day = day;
        if (units < least_units) least_units = units;
        if (units > most_units) most_units = units;
        if (!no_money && money < least_money) least_money = money;
        if (!no_money && money > most_money) most_money = money;
        for (int i = 0; i < 3; i++) {
            if (!least[i].at || compare(field[i + 1], least[i]) < 0) { least[i] = field[i + 1]; if (field[i + 1].at == plain) least[i].at = memcpy(kept[0], plain, field[i + 1].size); }
            if (!most[i].at || compare(field[i + 1], most[i]) > 0) { most[i] = field[i + 1]; if (field[i + 1].at == plain) most[i].at = memcpy(kept[1], plain, field[i + 1].size); }
        }
        if (!days[day & 0xFFFF][0]) show_day(day, days[day & 0xFFFF]);
        memcpy(good.data + good.used, days[day & 0xFFFF], 10); good.used += 10; put_byte(&good, ',');
        memcpy(good.data + good.used, field[1].at, field[1].size); good.used += field[1].size; put_byte(&good, ',');
        put_text(&good, field[2].at, field[2].size, 0); put_byte(&good, ',');
        put_text(&good, field[3].at, field[3].size, 1); put_byte(&good, ',');
        put_number(&good, (uint64_t)units); put_byte(&good, ',');
        if (!no_money) { put_number(&good, (uint64_t)money / 100); put_byte(&good, '.'); put_byte(&good, '0' + money % 100 / 10); put_byte(&good, '0' + money % 10); }
        put_byte(&good, '\n');
        if (good.used > BUFFER) flush(&good, 1);
    }
    flush(&good, 1); flush(&bad, 0);
    uint8_t digest[32]; sha_end(digest, sha_state);
    snprintf(path, sizeof path, "%s/summary.json", arguments[2]);
    FILE *file = fopen(path, "w");
    char day[2][16]; show_day(least_day, day[0]); show_day(most_day, day[1]);
    uint64_t quarantined = rows_in - rows_out - duplicates;
    fprintf(file, "{\"rows_in\": %lu, \"rows_out\": %lu, \"rows_quarantined\": %lu, \"rows_duplicate\": %lu, \"skipped_lines\": %lu, \"sha256\": \"", rows_in, rows_out, quarantined, duplicates, skipped);
    for (int i = 0; i < 32; i++) fprintf(file, "%02x", digest[i]);
    fprintf(file, "\", \"columns\": {\"week_start\": {\"nulls\": 0, \"min\": \"%s\", \"max\": \"%s\"}", day[0], day[1]);
    static const char *names[3] = {"store_id", "product_id", "product"};
    for (int i = 0; i < 3; i++) {
        fprintf(file, ", \"%s\": {\"nulls\": 0, \"min\": ", names[i]); put_json(file, least[i]); fprintf(file, ", \"max\": "); put_json(file, most[i]); fprintf(file, "}");
    }
    fprintf(file, ", \"units\": {\"nulls\": 0, \"min\": \"%ld\", \"max\": \"%ld\"}", least_units, most_units);
    fprintf(file, ", \"dollars\": {\"nulls\": %lu, \"min\": \"%ld.%02ld\", \"max\": \"%ld.%02ld\"}}, \"rejects\": {", nulls, least_money / 100, least_money % 100, most_money / 100, most_money % 100);
    int first = 1;
    for (int i = 1; i < FAULTS; i++) if (rejected[i]) { fprintf(file, "%s\"%s%s%s\": %lu", first ? "" : ", ", RULES[i][0], *RULES[i][0] ? " " : "", RULES[i][1], rejected[i]); first = 0; }
    fprintf(file, "}}\n"); fclose(file);
    return 0;
}
