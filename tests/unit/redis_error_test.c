/* What Redis refuses, and what the link makes of it. */
#include "unit.h"

#include "redis_bench.h"
#include "redis_server.h"

/* A user and a password, and what the first `down` says. */
static void expect_down(const char *lines, const char *user, const char *password, const char *reason)
{
	struct redis_server s;
	struct redis_bench b;
	long long before;
	char text[40];

	redis_server_start(&s, lines);
	s.password = strstr(lines, "requirepass") ? "swordfish" : NULL;
	before = redis_server_do(&s, "CLIENT ID");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	snprintf(text, sizeof text, "%s", user);
	b.conf.user = text;
	b.conf.password = (char *)password;
	bench_open(&b, NULL);
	AWAIT(b.loop, b.downs > 0);
	CU_ASSERT_TRUE(bench_says(b.why, reason));
	CU_ASSERT_FALSE(*password && strstr(b.all, password));
	turn_for(b.loop, 500);
	CU_ASSERT_EQUAL(b.downs, 1);
	CU_ASSERT_EQUAL(b.ups, 0);
	CU_ASSERT(redis_server_do(&s, "CLIENT ID") <= before + 3); /* ours, and one try or two: by the back-off alone there would be three more */
	bench_end(&b);
	redis_server_stop(&s);
}

static void what_a_user_may_not_is_said_and_not_hammered(void)
{
	static const char acl[] = "user fedgate on >swordfish ~fg:* &fg:* -@all +auth +role +select +ping ";
	char lines[300];

	expect_down("requirepass swordfish\n", "", "sesame1", "correct store.user and store.password-file");
	expect_down("requirepass swordfish\n", "", "", "it wants a password: set store.password-file");
	expect_down("", "fedgate", "sesame1", "correct store.user and store.password-file");
	expect_down("", "", "sesame1", "it does not take AUTH (ERR)");
	expect_down("rename-command AUTH XAUTH\n", "fedgate", "sesame1", "it does not take AUTH (ERR)");
	snprintf(lines, sizeof lines, "%s\n", acl);
	expect_down(lines, "fedgate", "swordfish", "give it the commands, keys and channels that the edge needs (ACL SETUSER) (\"NOPERM");
	snprintf(lines, sizeof lines, "%s+eval\n", acl);
	expect_down(lines, "fedgate", "swordfish", "give it the commands, keys and channels that the edge needs (ACL SETUSER)");
}

static void a_user_with_enough_rights_comes_up(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "user fedgate on >swordfish ~fg:* &fg:* -@all +auth +role +eval +set\n");
	bench_init(&b);
	bench_add(&b, "127.0.0.1", s.port);
	b.conf.user = "fedgate";
	b.conf.password = "swordfish";
	bench_open(&b, NULL);
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(b.downs, 0);
	redis_server_do(&s, "ACL SETUSER fedgate -eval");
	CU_ASSERT_TRUE(bench_send(&b, "EVAL", "return 1", "0"));
	AWAIT(b.loop, b.downs == 1 && b.replies == 1);
	CU_ASSERT_FALSE(b.was_up);
	CU_ASSERT_TRUE(bench_says(b.why, "NOPERM"));
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_replica_is_left(void)
{
	struct redis_server master, replica;
	struct redis_bench b;

	redis_server_start(&master, "");
	redis_server_start(&replica, "");
	bench_start(&b, replica.port);
	AWAIT(b.loop, b.up);
	redis_server_do(&replica, "REPLICAOF 127.0.0.1 %u", master.port);
	CU_ASSERT_TRUE(bench_send(&b, "SET", "fg:1:{a}", "1"));
	AWAIT(b.loop, b.downs == 1);
	CU_ASSERT_TRUE(bench_says(b.why, "(READONLY)"));
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_FALSE(b.was_up);
	AWAIT(b.loop, b.downs == 2);
	CU_ASSERT_TRUE(bench_says(b.why, "it is a replica, which takes no writes: name the master"));
	redis_server_do(&replica, "REPLICAOF NO ONE");
	AWAIT(b.loop, b.up);
	CU_ASSERT_EQUAL(b.downs, 2);
	bench_end(&b);
	redis_server_stop(&replica);
	redis_server_stop(&master);
}

/* Trouble that passes: said once, and up again by the probe on the same connection. */
static void expect_trouble(struct redis_server *s, struct redis_bench *b, const char *word, const char *end)
{
	AWAIT(b->loop, b->downs == 1);
	CU_ASSERT_TRUE(bench_says(b->why, word));
	turn_for(b->loop, 600);
	CU_ASSERT_EQUAL(b->downs, 1);
	redis_server_do(s, end);
	AWAIT(b->loop, b->up);
	CU_ASSERT_EQUAL(b->downs, 1);
}

static void a_full_server_is_down_until_it_has_room(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "maxmemory 1\n");
	bench_start(&b, s.port);
	expect_trouble(&s, &b, "raise it, or take off what others keep there (OOM)", "CONFIG SET maxmemory 0");
	redis_server_do(&s, "CONFIG SET maxmemory 1");
	b.downs = 0;
	CU_ASSERT_TRUE(bench_send(&b, "SET", "fg:1:{a}", "1"));
	AWAIT(b.loop, b.replies == 1);
	CU_ASSERT_EQUAL(b.errors, 1);
	CU_ASSERT_FALSE(b.was_up);
	expect_trouble(&s, &b, "(OOM)", "CONFIG SET maxmemory 0");
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_busy_server_is_down_until_its_script_ends(void)
{
	struct redis_server s;
	struct redis_bench b;
	redisContext *other;

	redis_server_start(&s, "busy-reply-threshold 100\n");
	bench_start(&b, s.port);
	AWAIT(b.loop, b.up);
	other = redis_server_context(&s);
	redisAppendCommand(other, "EVAL %s 0", "while true do end");
	for (int done = 0; !done;)
		CU_ASSERT_EQUAL_FATAL(redisBufferWrite(other, &done), REDIS_OK);
	usleep(300000);
	CU_ASSERT_TRUE(bench_send(&b, "GET", "fg:1:{a}", NULL));
	expect_trouble(&s, &b, "redis-cli SCRIPT KILL (BUSY)", "SCRIPT KILL");
	redisFree(other);
	bench_end(&b);
	redis_server_stop(&s);
}

static void a_server_that_cannot_save_is_down(void)
{
	struct redis_server s;
	struct redis_bench b;

	redis_server_start(&s, "save 3600 1\nenable-protected-configs yes\n");
	redis_server_do(&s, "SET a 1");
	redis_server_do(&s, "CONFIG SET dir /proc"); /* where nobody can write */
	redis_server_do(&s, "BGSAVE");
	for (unsigned tries = 0; tries < 3000 && redis_server_do(&s, "EVAL %s 0",
	    "return string.find(redis.call('INFO','persistence'),'bgsave_status:err') or 0") == 0; tries++)
		usleep(10000);
	bench_start(&b, s.port);
	expect_trouble(&s, &b, "(MISCONF)", "CONFIG SET stop-writes-on-bgsave-error no");
	bench_end(&b);
	redis_server_stop(&s);
}

static void an_error_is_known_by_its_first_word_or_a_scripts(void)
{
	static const struct { const char *text, *word; bool server; } rows[] = {
		{ "READONLY You can't write against a read only replica.", "READONLY", true },
		{ "READONLY", "READONLY", true },
		{ "ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -OOM command not allowed", "OOM", true },
		{ "ERR The user executing the script can't run this command or subcommand script: f_0", "NOPERM", true },
		{ "ERR ACL failure in script: User fedgate has no permissions to run the 'set' command script: f_0, on @user_script:1.", "NOPERM", true },
		{ "NOSCRIPT No matching script. Please use EVAL.", "NOSCRIPT", false },
		{ "WRONGTYPE Operation against a key holding the wrong kind of value", "WRONGTYPE", false },
		{ "BUSYGROUP Consumer Group name already exists", NULL, false },
		{ "ERR unknown command", NULL, false },
		{ "ERR READONLY", NULL, false },
		{ "", NULL, false },
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		redisReply reply = { .type = REDIS_REPLY_ERROR, .str = (char *)rows[i].text, .len = strlen(rows[i].text) };
		const struct redis_error *row = redis_error_of(&reply);

		CU_ASSERT_EQUAL(row != NULL, rows[i].word != NULL);
		if (row && rows[i].word) {
			CU_ASSERT_STRING_EQUAL(row->word, rows[i].word);
			CU_ASSERT_EQUAL(row->server, rows[i].server);
		}
		reply.type = REDIS_REPLY_STATUS;
		CU_ASSERT_PTR_NULL(redis_error_of(&reply));
	}
}

CU_TestInfo redis_error_tests[] = {
	{ "what a user may not is said, and not hammered", what_a_user_may_not_is_said_and_not_hammered },
	{ "a user with enough rights comes up", a_user_with_enough_rights_comes_up },
	{ "a replica is left", a_replica_is_left },
	{ "a full server is down until it has room", a_full_server_is_down_until_it_has_room },
	{ "a busy server is down until its script ends", a_busy_server_is_down_until_its_script_ends },
	{ "a server that cannot save is down", a_server_that_cannot_save_is_down },
	{ "an error is known by its first word, or a script's", an_error_is_known_by_its_first_word_or_a_scripts },
	CU_TEST_INFO_NULL
};
