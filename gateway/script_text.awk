# The scripts as C strings, by the enum of script.h: awk -v parts=policy -f ... policy/admit.lua ...
# A body names the parts that it stands on in a line "-- with A B": they go before it, in that order.
# What stands behind "-- rarely" in a part goes into one function, rarely(), which makes those functions
# when they are first asked for and gives them back by name.
# Comments and indents stay behind: EVAL carries the whole text.
function put(line)
{
	sub(/^[ \t]+/, "", line)
	if (line == "" || line ~ /^--/)
		return
	gsub(/\\/, "&&", line)
	gsub(/"/, "\\\\&", line)
	printf "\t\t\"%s\\n\"\n", line
}

function name_of(line)
{
	sub(/^local function /, "", line)
	sub(/\(.*$/, "", line)
	return line
}

# One side of a part: what stands before "-- rarely", or behind it.
function put_part(name, rare, line, file, got, behind)
{
	file = parts "/" name ".lua"
	while ((got = (getline line < file)) > 0) {
		if (line == "-- rarely")
			behind = 1
		else if (behind == rare)
			put(line)
		if (behind && rare && line ~ /^local function /)
			rare_names = rare_names name_of(line) " = " name_of(line) ", "
	}
	if (got < 0) {
		print "cannot read " file > "/dev/stderr"
		exit 1
	}
	close(file)
}

function put_parts(names, count, i)
{
	rare_names = ""
	put("local rarely")
	for (i = 1; i <= count; i++)
		put_part(names[i], 0)
	put("local made")
	put("function rarely()")
	put("if made then return made end")
	for (i = 1; i <= count; i++)
		put_part(names[i], 1)
	put("made = { " rare_names "}")
	put("return made")
	put("end")
}

BEGIN { print "static const char *const texts[SCRIPTS] = {" }

FNR == 1 {
	if (NR > 1)
		print "\t,"
	script = FILENAME
	sub(/^.*\//, "", script)
	sub(/\.lua$/, "", script)
	printf "\t[SCRIPT_%s] =\n", toupper(script)
}

/^-- with / {
	count = split(substr($0, 9), names, " ")
	put_parts(names, count)
}

{ put($0) }

END { print "};" }
