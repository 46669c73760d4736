/* Tells scenarios to the policy core: each file is a story in which the clock
 * moves only when a line says so. Arguments are files or directories of *.scn.
 * Exits 1 when a promise is broken, or when none was made. README says the lines. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../policy/alloc.h"
#include "story.h"

struct tally {
	int told, broken;
};

static bool split(struct story *s, char *line)
{
	int count = 0;
	char *rest;

	line[strcspn(line, "#\n")] = '\0';
	for (char *word = strtok_r(line, " \t\r", &rest); word; word = strtok_r(NULL, " \t\r", &rest)) {
		if (count == STORY_WORDS)
			return story_complain(s, "more than %d words", STORY_WORDS);
		s->words[count++] = word;
	}
	s->words[count] = NULL;
	s->word = 0;
	return true;
}

static bool tell_line(struct story *s, char *line)
{
	const char *statement;
	bool good;

	if (!split(s, line))
		return false;
	statement = story_next(s);
	if (!statement)
		return true;
	good = strcmp(statement, "at") == 0 ? events_tell(s) : law_tell(s, statement);
	if (good && s->words[s->word])
		return story_complain(s, "what is \"%s\" for?", s->words[s->word]);
	return good;
}

/* After the first complaint the rest of a story means nothing. */
static void tell_file(const char *file, struct tally *tally)
{
	struct story *s = alloc_zero(1, sizeof *s);
	FILE *in = fopen(file, "r");
	char *line = NULL;
	size_t size = 0;

	s->file = file;
	s->stale = true;
	world_init(&s->world);
	while (in && !s->complaints && getline(&line, &size, in) != -1) {
		s->line++;
		tell_line(s, line);
	}
	if (!in)
		story_complain(s, "cannot be opened");
	else if (!s->complaints && !s->promises)
		story_complain(s, "promises nothing");
	tally->told++;
	tally->broken += s->complaints > 0;
	printf("%s %s (%d promises)\n", s->complaints ? "BROKEN" : "kept  ", file, s->promises);
	if (in)
		fclose(in);
	free(line);
	world_clear(&s->world);
	free(s);
}

static int is_scenario(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".scn") == 0;
}

static void tell_directory(const char *directory, struct tally *tally)
{
	struct dirent **entries = NULL;
	int count = scandir(directory, &entries, is_scenario, alphasort);
	char path[4096];

	if (count <= 0) {
		printf("%s: no scenarios\n", directory);
		tally->broken++;
	}
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof path, "%s/%s", directory, entries[i]->d_name);
		tell_file(path, tally);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	struct tally tally = { 0, 0 };
	struct stat status;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode))
			tell_directory(argv[i], &tally);
		else
			tell_file(argv[i], &tally);
	}
	printf("%d scenarios told, %d broken\n", tally.told, tally.broken);
	return tally.broken || !tally.told;
}
