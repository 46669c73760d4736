/* The lines that the tests of the scan make messages of. */
#ifndef TESTS_UNIT_FRAME_TEXT_H
#define TESTS_UNIT_FRAME_TEXT_H

#include "../../gateway/frame.h"

#define TOP "MESSAGE sip:bob@example.com SIP/2.0\r\n"
#define VIA "Via: SIP/2.0/TLS sip.contoso.com;branch=z9hG4bK1\r\n"
#define FROM "From: <sip:ann@contoso.com>;tag=a\r\n"
#define TO "To: <sip:bob@example.com>\r\n"
#define CALL "Call-ID: c1@contoso.com\r\n"
#define CSEQ "CSeq: 7 MESSAGE\r\n"
#define MOST VIA FROM TO CALL CSEQ
#define NONE "Content-Length: 0\r\n"
#define END "\r\n"
#define TEXT(text) text, sizeof text - 1

#endif
