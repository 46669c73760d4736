/* Files of records: what is read is what was written, and a torn tail or a damaged record is never believed. */
#include <stdlib.h>
#include <string.h>

#include "../../gateway/snapshot.h"
#include "records.h"

enum { AS_IT_IS, WHOLE, CUT, DAMAGED, WAYS };

static struct records ours;

struct seen {
	size_t count;
	enum journal_result result;
};

/* What does not follow from the file: what is read is in bounds, and where the records are ours it is theirs. */
static struct seen read_file(const void *octets, size_t size, bool compare)
{
	static struct journal_reader r;
	static struct payload payload;
	struct fuzz_file file;
	struct seen seen = { 0 };
	unsigned type;

	fuzz_file_make(&file, octets, size);
	seen.result = journal_open(&r, file.path, &changes_format);
	while (seen.result == JOURNAL_RECORD && (seen.result = journal_next(&r, &type, &payload)) == JOURNAL_RECORD) {
		LAW(payload.size <= JOURNAL_PAYLOAD_MAX && payload_left(&payload) == payload.size && !payload.bad, "a payload is in its bounds");
		LAW(r.next <= size && r.next - r.offset == payload.size + 16, "a record lies inside the file");
		if (compare) {
			LAW(seen.count < ours.count && r.next == ours.ends[seen.count + 1], "a record ends where it was written to end");
			LAW(!memcmp(ours.octets + ours.ends[seen.count] + 8, payload.octets, payload.size), "a record says what was written");
		}
		seen.count++;
	}
	LAW(seen.result != JOURNAL_UNREADABLE, "a file in memory can be read");
	LAW(r.offset <= size, "what is wrong lies inside the file");
	journal_close(&r);
	fuzz_file_clear(&file);
	return seen;
}

static void a_cut_is_seen(size_t cut)
{
	struct seen seen = read_file(ours.octets, cut, true);
	size_t whole = records_whole(&ours, cut);

	if (cut < ours.ends[0]) {
		LAW(seen.result == JOURNAL_TORN && seen.count == 0, "half a header is a torn file");
		return;
	}
	LAW(seen.count == whole, "what stands before a cut is read, and nothing else");
	LAW(seen.result == (cut == ours.ends[whole] ? JOURNAL_END : JOURNAL_TORN), "a cut inside a record is seen");
}

static void damage_is_seen(size_t at, unsigned bit)
{
	struct seen seen;

	ours.octets[at] ^= (uint8_t)(1u << bit);
	seen = read_file(ours.octets, ours.size, false);
	ours.octets[at] ^= (uint8_t)(1u << bit);
	LAW(seen.result != JOURNAL_END, "a bit that is wrong is seen");
	LAW(seen.count == records_whole(&ours, at), "what stands before the damage is read, and nothing else");
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t size)
{
	struct fuzz_input in = { octets, size };
	unsigned way = fuzz_octet(&in) % WAYS, type;
	uint64_t where = way == CUT || way == DAMAGED ? fuzz_number(&in, 4) : 0;
	const uint8_t *payload;
	size_t length;

	if (way == AS_IT_IS) {
		read_file(in.at, in.left, false);
		return 0;
	}
	records_begin(&ours, &changes_format);
	while (records_take(&in, &type, &payload, &length) && records_add(&ours, type, payload, length))
		;
	if (way == WHOLE)
		a_cut_is_seen(ours.size);
	else if (way == CUT)
		a_cut_is_seen((size_t)(where % (ours.size + 1)));
	else
		damage_is_seen((size_t)(where / 8 % ours.size), (unsigned)(where % 8));
	return 0;
}
