/* Reading words, and saying what is wrong with them. */
#include "story.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool story_complain(struct story *s, const char *format, ...)
{
	va_list arguments;

	s->complaints++;
	printf("%s:%d: ", s->file, s->line);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	return false;
}

const char *story_next(struct story *s)
{
	return s->words[s->word] ? s->words[s->word++] : NULL;
}

bool story_takes(struct story *s, const char *word)
{
	if (!s->words[s->word] || strcmp(s->words[s->word], word) != 0)
		return false;
	s->word++;
	return true;
}

static bool read_time(const char *word, int64_t *us)
{
	char *end;
	double seconds = strtod(word, &end);

	if (end != word && !*end) {
		*us = (int64_t)(seconds * 1e6 + (seconds < 0 ? -0.5 : 0.5));
		return true;
	}
	return duration_parse(us, word);
}

bool story_takes_time(struct story *s, int64_t *us)
{
	const char *word = story_next(s);

	return (word && read_time(word, us)) || story_complain(s, "\"%s\" is no time", word ? word : "");
}

bool story_takes_number(struct story *s, int64_t *number)
{
	const char *word = story_next(s);
	char *end = NULL;

	*number = word ? strtoll(word, &end, 10) : 0;
	return (word && end != word && !*end) || story_complain(s, "\"%s\" is no number", word ? word : "");
}

bool story_flag_differs(struct story *s, bool promised, bool found, const char *what)
{
	if (promised != found)
		story_complain(s, "%s %s", promised ? "it should be so, but is not:" : "unexpected:", what);
	return promised != found;
}

bool story_number_differs(struct story *s, int64_t promised, int64_t found, const char *what)
{
	if (promised == STORY_NOT_TOLD || promised == found)
		return false;
	story_complain(s, "%s is %lld, not %lld", what, (long long)found, (long long)promised);
	return true;
}
