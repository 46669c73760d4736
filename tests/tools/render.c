/* Shows recorded answers as fedgatectl would, at a width, a time and with colours that the caller chooses.
 *
 *   render COMMAND WIDTH COLOURS TIME <JSON     WIDTH 0: no terminal; COLOURS yes or no; TIME "2026-11-26T06:10:14.000Z" */
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "../../gateway/ctl_scan.h"
#include "../../gateway/ctl_view.h"

static void show(const char *command, struct stream_page *on, const struct text *object)
{
	json_error_t error;
	json_t *parsed = json_loadb(object->octets, object->length, JSON_ALLOW_NUL, &error);

	if (!parsed) {
		fprintf(stderr, "render: %s\n", error.text);
		exit(1);
	}
	view_show(view_of(command), &on->page, parsed);
	json_decref(parsed);
}

int main(int argc, char **argv)
{
	struct stream_page on;
	struct scan scan = { 0 };
	struct text object = { 0 };
	json_t *time;
	int octet;

	if (argc != 5)
		return 2;
	setlocale(LC_CTYPE, "");
	stream_page_init(&on, stdout);
	on.page.width = strtoul(argv[2], NULL, 10);
	on.colours = strcmp(argv[3], "yes") == 0;
	time = json_string(argv[4]);
	if (!cell_time(time, &on.page.now_us))
		return 2;
	json_decref(time);
	while ((octet = getchar()) != EOF)
		switch (scan_octet(&scan, (unsigned char)octet, &object)) {
		case SCAN_MORE:
			break;
		case SCAN_OBJECT:
			show(argv[1], &on, &object);
			text_reset(&object);
			break;
		case SCAN_BROKEN:
			fputs("render: that is no JSON\n", stderr);
			return 1;
		}
	text_clear(&object);
	return 0;
}
