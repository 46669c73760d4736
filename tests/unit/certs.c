/* The making of certificates by OpenSSL's API. */
#include "certs.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(bool good)
{
	if (!good) {
		fputs("certs: cannot be made\n", stderr);
		abort();
	}
}

static void add_name(GENERAL_NAMES *names, const char *text)
{
	static const struct { const char *word; int type; } kinds[] = {
		{ "DNS:", GEN_DNS }, { "URI:", GEN_URI }, { "IP:", GEN_IPADD }, { "MAIL:", GEN_EMAIL },
	};
	GENERAL_NAME *name = GENERAL_NAME_new();
	size_t kind = 0, length;
	char octets[1024];
	ASN1_STRING *value;

	while (strncmp(text, kinds[kind].word, strlen(kinds[kind].word)))
		must(++kind < 4);
	text += strlen(kinds[kind].word);
	length = strlen(text);
	must(length < sizeof octets);
	for (size_t i = 0; i < length; i++)
		octets[i] = text[i] == '~' ? '\0' : text[i];
	if (kinds[kind].type == GEN_IPADD) {
		must(inet_pton(AF_INET, text, octets) == 1);
		length = 4;
	}
	value = ASN1_STRING_type_new(kinds[kind].type == GEN_IPADD ? V_ASN1_OCTET_STRING : V_ASN1_IA5STRING);
	must(ASN1_STRING_set(value, octets, (int)length) == 1);
	GENERAL_NAME_set0_value(name, kinds[kind].type, value);
	must(sk_GENERAL_NAME_push(names, name) > 0);
}

static void add_names(X509 *x, const char *texts)
{
	GENERAL_NAMES *names = GENERAL_NAMES_new();
	char *copy = strdup(texts), *rest = copy, *text;

	while ((text = strsep(&rest, ";")))
		if (*text)
			add_name(names, text);
	must(X509_add1_ext_i2d(x, NID_subject_alt_name, names, 0, X509V3_ADD_APPEND) == 1);
	GENERAL_NAMES_free(names);
	free(copy);
}

static void add_broken_names(X509 *x)
{
	ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
	X509_EXTENSION *extension;

	must(ASN1_OCTET_STRING_set(octets, (const unsigned char *)"\x30\x7f\x82", 3) == 1);
	extension = X509_EXTENSION_create_by_NID(NULL, NID_subject_alt_name, 0, octets);
	must(extension && X509_add_ext(x, extension, -1) == 1);
	X509_EXTENSION_free(extension);
	ASN1_OCTET_STRING_free(octets);
}

static void add_usages(X509 *x, const char *texts)
{
	EXTENDED_KEY_USAGE *usages = sk_ASN1_OBJECT_new_null();
	char *copy = strdup(texts), *rest = copy, *text;

	while ((text = strsep(&rest, ";")))
		must(sk_ASN1_OBJECT_push(usages, OBJ_txt2obj(text, 1)) > 0);
	must(X509_add1_ext_i2d(x, NID_ext_key_usage, usages, 0, 0) == 1);
	sk_ASN1_OBJECT_pop_free(usages, ASN1_OBJECT_free);
	free(copy);
}

static void add_ca(X509 *x)
{
	BASIC_CONSTRAINTS *basic = BASIC_CONSTRAINTS_new();

	basic->ca = 1;
	must(X509_add1_ext_i2d(x, NID_basic_constraints, basic, 1, 0) == 1);
	BASIC_CONSTRAINTS_free(basic);
}

/* "*" stands for the empty base, which cannot be written so. */
static void empty_stars(STACK_OF(GENERAL_SUBTREE) *list)
{
	for (int i = 0; i < sk_GENERAL_SUBTREE_num(list); i++) {
		ASN1_STRING *base = sk_GENERAL_SUBTREE_value(list, i)->base->d.ia5;

		if (ASN1_STRING_length(base) == 1 && *ASN1_STRING_get0_data(base) == '*')
			ASN1_STRING_set(base, "", 0);
	}
}

static void add_limits(X509 *x, const char *text)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_name_constraints, text);
	NAME_CONSTRAINTS *limits = extension ? X509V3_EXT_d2i(extension) : NULL;

	must(limits != NULL);
	empty_stars(limits->permittedSubtrees);
	empty_stars(limits->excludedSubtrees);
	must(X509_add1_ext_i2d(x, NID_name_constraints, limits, 1, 0) == 1);
	NAME_CONSTRAINTS_free(limits);
	X509_EXTENSION_free(extension);
}

void cert_make(struct cert *c, const struct cert_wish *wish, const struct cert *issuer)
{
	bool given = wish->from_s || wish->to_s;
	X509_NAME *subject = X509_NAME_new();
	unsigned char serial[8];
	BIGNUM *number;

	c->key = EVP_EC_gen("P-256");
	c->x = X509_new();
	must(c->key && c->x && subject && X509_set_version(c->x, 2) == 1);
	if (!issuer)
		issuer = c;
	must(RAND_bytes(serial, sizeof serial) == 1);
	number = BN_bin2bn(serial, sizeof serial, NULL);
	must(BN_to_ASN1_INTEGER(number, X509_get_serialNumber(c->x)) != NULL);
	BN_free(number);
	X509_gmtime_adj(X509_getm_notBefore(c->x), given ? wish->from_s : -3600);
	X509_gmtime_adj(X509_getm_notAfter(c->x), given ? wish->to_s : 86400);
	if (wish->cn)
		must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)wish->cn, -1, -1, 0) == 1);
	must(X509_set_subject_name(c->x, subject) == 1);
	must(X509_set_issuer_name(c->x, X509_get_subject_name(issuer->x)) == 1);
	must(X509_set_pubkey(c->x, c->key) == 1);
	if (wish->ca)
		add_ca(c->x);
	if (wish->limits)
		add_limits(c->x, wish->limits);
	if (wish->names)
		add_names(c->x, wish->names);
	if (wish->fault == NAMES_TWICE)
		add_names(c->x, wish->names);
	if (wish->fault == NAMES_BROKEN)
		add_broken_names(c->x);
	if (wish->usages)
		add_usages(c->x, wish->usages);
	must(X509_sign(c->x, issuer->key, EVP_sha256()) > 0);
	X509_NAME_free(subject);
}

void cert_clear(struct cert *c)
{
	X509_free(c->x);
	EVP_PKEY_free(c->key);
	*c = (struct cert){ 0 };
}

X509_CRL *crl_make(const struct cert *issuer, const struct cert *revoked, long to_s)
{
	X509_CRL *crl = X509_CRL_new();
	ASN1_TIME *when = X509_gmtime_adj(NULL, -3600);

	must(crl && X509_CRL_set_version(crl, 1) == 1);
	must(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer->x)) == 1);
	must(X509_CRL_set1_lastUpdate(crl, when) == 1);
	if (revoked) {
		X509_REVOKED *entry = X509_REVOKED_new();

		must(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(revoked->x)) == 1);
		must(X509_REVOKED_set_revocationDate(entry, when) == 1);
		must(X509_CRL_add0_revoked(crl, entry) == 1);
	}
	X509_gmtime_adj(when, to_s);
	must(X509_CRL_set1_nextUpdate(crl, when) == 1);
	must(X509_CRL_sign(crl, issuer->key, EVP_sha256()) > 0);
	ASN1_TIME_free(when);
	return crl;
}

/* --- files --- */

static char directory[64];

const char *certs_directory(void)
{
	if (!*directory) {
		strcpy(directory, "/tmp/fedgate-certs-XXXXXX");
		must(mkdtemp(directory) != NULL);
	}
	return directory;
}

void certs_remove(void)
{
	DIR *open = *directory ? opendir(directory) : NULL;
	struct dirent *entry;

	while (open && (entry = readdir(open)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(open), entry->d_name, 0);
	if (open)
		closedir(open);
	if (*directory)
		rmdir(directory);
	*directory = '\0';
}

static FILE *file_new(const char *name, const char **path)
{
	static char paths[16][256];
	static unsigned next;
	FILE *file;

	*path = paths[next];
	snprintf(paths[next], sizeof paths[next], "%s/%s", certs_directory(), name);
	next = (next + 1) % 16;
	file = fopen(*path, "w");
	must(file != NULL);
	return file;
}

const char *file_text(const char *name, const char *text)
{
	const char *path;
	FILE *file = file_new(name, &path);

	fputs(text, file);
	fclose(file);
	return path;
}

const char *file_chain(const char *name, const struct cert *first, const struct cert *second)
{
	const char *path;
	FILE *file = file_new(name, &path);

	must(PEM_write_X509(file, first->x) == 1);
	if (second)
		must(PEM_write_X509(file, second->x) == 1);
	fclose(file);
	return path;
}

const char *file_key(const char *name, const struct cert *c, const char *passphrase)
{
	const char *path;
	FILE *file = file_new(name, &path);

	must(PEM_write_PKCS8PrivateKey(file, c->key, passphrase ? EVP_aes_128_cbc() : NULL, passphrase,
	    passphrase ? (int)strlen(passphrase) : 0, NULL, NULL) == 1);
	fclose(file);
	return path;
}

const char *file_crl(const char *name, X509_CRL *first, X509_CRL *second)
{
	const char *path;
	FILE *file = file_new(name, &path);

	must(PEM_write_X509_CRL(file, first) == 1);
	if (second)
		must(PEM_write_X509_CRL(file, second) == 1);
	fclose(file);
	return path;
}
