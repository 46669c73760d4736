/* What the scan says of the first Via: whose branch it is. */
#include "frame_parts.h"

#include <strings.h>

/* Behind what stands here, to the next ";" or ",": those in quotes part nothing. */
static size_t skip_text(const char *value, size_t at, size_t end)
{
	bool quoted = false;

	for (; at < end && (quoted || (value[at] != ';' && value[at] != ',')); at++) {
		if (value[at] == '"')
			quoted = !quoted;
		else if (quoted && value[at] == '\\')
			at++;
	}
	return at < end ? at : end;
}

bool frame_first_branch(const struct frame *f, const char **branch, size_t *length)
{
	static const char word[] = "branch";
	size_t end, at, name, name_end;
	const char *value;

	if (f->via == UINT16_MAX)
		return false;
	value = frame_value(f, f->via, &end);
	for (at = skip_text(value, 0, end); at < end && value[at] == ';'; at = skip_text(value, name_end, end)) {
		name = span(value, at + 1, end, is_space);
		name_end = span(value, name, end, is_token);
		if (name_end - name != strlen(word) || strncasecmp(value + name, word, strlen(word)))
			continue;
		at = span(value, name_end, end, is_space);
		if (at == end || value[at] != '=')
			return false;
		at = span(value, at + 1, end, is_space);
		*branch = value + at;
		*length = span(value, at, end, is_token) - at;
		return *length > 0;
	}
	return false;
}
