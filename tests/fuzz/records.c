#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As it is written: a file is made and looked at. */
static size_t read_header(uint8_t *out, size_t room, const struct journal_format *format)
{
	static struct journal_writer w;
	char directory[] = "/tmp/fedgate-fuzz-XXXXXX", path[64];
	FILE *file;
	size_t size;

	LAW(mkdtemp(directory) != NULL, "there is a directory to write in");
	snprintf(path, sizeof path, "%s/f", directory);
	journal_create(&w, path, format);
	LAW(journal_finish(&w, path) == 0, "a file can be written");
	file = fopen(path, "rb");
	size = file ? fread(out, 1, room, file) : 0;
	if (file)
		fclose(file);
	unlink(path);
	rmdir(directory);
	LAW(size > 0 && size < room, "a file has a header");
	return size;
}

void records_begin(struct records *r, const struct journal_format *format)
{
	static struct { char magic[9]; uint8_t octets[64]; size_t size; } known[4];
	size_t i = 0;

	while (*known[i].magic && strcmp(known[i].magic, format->magic))
		i++;
	if (!*known[i].magic) {
		known[i].size = read_header(known[i].octets, sizeof known[i].octets, format);
		memcpy(known[i].magic, format->magic, sizeof known[i].magic);
	}
	memcpy(r->octets, known[i].octets, known[i].size);
	r->size = r->ends[0] = known[i].size;
	r->count = 0;
}

bool records_add(struct records *r, unsigned type, const void *payload, size_t size)
{
	static struct payload p;

	if (r->count == RECORDS_MAX || r->size + JOURNAL_RECORD_MAX > sizeof r->octets || size > JOURNAL_PAYLOAD_MAX)
		return false;
	p.size = p.at = 0;
	p.bad = false;
	payload_put_text(&p, payload, size);
	r->size += journal_record(r->octets + r->size, type, &p);
	r->ends[++r->count] = r->size;
	return true;
}

bool records_take(struct fuzz_input *in, unsigned *type, const uint8_t **payload, size_t *size)
{
	if (in->left == 0)
		return false;
	*type = fuzz_octet(in);
	*size = (size_t)fuzz_number(in, 2) % (JOURNAL_PAYLOAD_MAX + 1);
	if (*size > in->left)
		*size = in->left;
	*payload = in->at;
	in->at += *size;
	in->left -= *size;
	return true;
}

size_t records_whole(const struct records *r, size_t size)
{
	size_t count = 0;

	while (count < r->count && r->ends[count + 1] <= size)
		count++;
	return count;
}
