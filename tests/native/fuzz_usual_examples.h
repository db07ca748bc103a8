/* Small inputs, and whether they are told: for each way of being unusual the least that is. */
#ifndef GOVSEAL_TESTS_FUZZ_USUAL_EXAMPLES_H
#define GOVSEAL_TESTS_FUZZ_USUAL_EXAMPLES_H

#include <stddef.h>

typedef struct {
    int is_told;
    const char *bytes;
    size_t size;
} usual_example;

#define TOLD(text) {1, text, sizeof text - 1}
#define NOT_TOLD(text) {0, text, sizeof text - 1}
#define NO_MORE {0, NULL, 0}

#define SIXTY_FOUR "_123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SIXTY_THREE "_123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"
#define LONGEST SIXTY_FOUR SIXTY_FOUR SIXTY_FOUR SIXTY_THREE

static const usual_example DER_EXAMPLES[] = {
    TOLD("\x05\0"),
    TOLD("\x30\0"),
    TOLD("\x01\1\xff"),
    TOLD("\x02\1\x80"),
    TOLD("\x02\2\0\x80"),
    TOLD("\x30\x06\x02\1\1\x04\1a"),
    TOLD("\x30\x0b\x31\x09\x30\x07\x06\x03\x55\x04\x06\x0c\0"),
    TOLD("\xa0\x03\x80\1\1 and more"),
    NOT_TOLD(""),
    NOT_TOLD("\x30"),
    NOT_TOLD("\x05\1\0"),         /* NULL that is not empty */
    NOT_TOLD("\x01\1\1"),         /* neither true nor false */
    NOT_TOLD("\x02\2\0\x7f"),     /* a byte too many */
    NOT_TOLD("\x02\2\xff\x80"),   /* and of a negative number */
    NOT_TOLD("\x02\0"),           /* no number */
    NOT_TOLD("\x10\0"),           /* SEQUENCE that is not constructed */
    NOT_TOLD("\x24\0"),           /* a string that is */
    NOT_TOLD("\x1f\x81\1\0"),     /* a tag of several bytes */
    NOT_TOLD("\x30\x80\0\0"),     /* no length */
    NOT_TOLD("\x04\x80" SIXTY_FOUR SIXTY_FOUR),
    NOT_TOLD("\x04\x81\1a"),      /* a length in two bytes that one holds */
    NOT_TOLD("\x04\x82\0\x80"),   /* and in three */
    NOT_TOLD("\x04\x85\0\0\0\0\1a"),
    NOT_TOLD("\x04\x84\xff\xff\xff\xff"),
    NOT_TOLD("\x04\x02\1"),       /* cut short */
    NOT_TOLD("\x30\x03\x04\2a"),  /* cut short by what it stands in */
    NO_MORE,
};

#define ROOT "<ofd:OFD xmlns:ofd=\"http://www.ofdspec.org/2016\""
#define OFD_XML                                                                                    \
    "\n" ROOT " Version=\"1.0\" DocType='OFD'>\n <ofd:DocBody><ofd:DocInfo ID=\"1\"/>"             \
    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot >\n <ofd:Signatures>Doc_0/Signs/Signatures.xml"  \
    "</ofd:Signatures></ofd:DocBody>\n</ofd:OFD>\n"

static const usual_example TREE_EXAMPLES[] = {
    TOLD(OFD_XML),
    TOLD("<a/>"),
    TOLD("<z A='' Z=''><_a-z.A-Z09/><Z/></z>"),
    TOLD("<a b='>'>\t<b>\xe5\x8d\xb0</b>]] ></a>"),
    TOLD("<a b=' \xe5\x8d\xb0\xe7\xab\xa0'>\xe5\x8d\xb0\xe7\xab\xa0</a>"),
    TOLD("<a b='\xe3\xbf\xbf\xef\xbe\xbf\xef\xbf\xbd'>\xe3\xbf\xbf\xef\xbe\xbf\xef\xbf\xbd</a>"),
    TOLD("<OFD xmlns=\"http://www.ofdspec.org/2016\"><a/><a/></OFD>"),
    NOT_TOLD(""),
    NOT_TOLD("text"),
    NOT_TOLD("<a>"),
    NOT_TOLD("<a></b>"),
    NOT_TOLD("<a/><a/>"),
    NOT_TOLD("<a/>text"),
    NOT_TOLD("<a b=''c='' />"),     /* not apart */
    NOT_TOLD("<a b=1c1/>"),
    NOT_TOLD("<a b''/>"),
    NOT_TOLD("<a b='' b=''/>"),     /* twice */
    NOT_TOLD("<a b='<'/>"),
    NOT_TOLD("<a b='\n'/>"),        /* to be normalized */
    NOT_TOLD("<a>\r\n</a>"),
    NOT_TOLD("<a>&amp;</a>"),
    NOT_TOLD("<a>]]></a>"),
    NOT_TOLD("<a>\xef\xbf\xbf</a>"), /* no characters */
    NOT_TOLD("<a>\xef\xbf\xbe</a>"),
    NOT_TOLD("<a b='\xef\xbf\xbe'/>"),
    NOT_TOLD("<a>\x1f</a>"),
    NOT_TOLD("<a b='\x1f'/>"),
    NOT_TOLD("<a b='&'/>"),
    NOT_TOLD("<a><!-- --></a>"),
    NOT_TOLD("<a><![CDATA[]]></a>"),
    NOT_TOLD("<a><?b ?></a>"),
    TOLD("<" LONGEST "/>"),
    TOLD("<a " LONGEST "=''/>"),
    NOT_TOLD("<" LONGEST "g/>"),
    NOT_TOLD("<a " LONGEST "g=''/>"),
    NOT_TOLD("<1/>"),
    NOT_TOLD("<-/>"),
    NOT_TOLD("<@/>"),
    NOT_TOLD("<[/>"),
    NOT_TOLD("<`/>"),
    NOT_TOLD("<{/>"),
    NOT_TOLD("<\xc3\xa4/>"),         /* a name, but not the usual one */
    NOT_TOLD("<a\xc3\xa4/>"),
    NOT_TOLD("<b:a/>"),             /* declared nowhere */
    NOT_TOLD("<b:a:c/>"),
    NOT_TOLD(ROOT "><b:a/></ofd:OFD>"),
    NOT_TOLD(ROOT " ofd:a=''/>"),
    NOT_TOLD("<a xmlns:b='http://example.org/'/>"),
    NOT_TOLD("<a xmlns:XmL='http://www.ofdspec.org/2016'/>"),
    NOT_TOLD("<a><b xmlns='http://www.ofdspec.org/2016'/></a>"),
    NO_MORE,
};

static const usual_example DOUBLED_EXAMPLES[] = {
    TOLD(OFD_XML),
    TOLD("<a><b/><b/><c:b xmlns:c='x'/></a>"),
    TOLD("<a b='>' c = \"/\"><a>&#65;</a></a >"),
    TOLD(""),
    NOT_TOLD("<"),
    NOT_TOLD("<a"),
    NOT_TOLD("<a>"),
    NOT_TOLD("</a>"),
    NOT_TOLD("</"),
    NOT_TOLD("<a/"),
    NOT_TOLD("<a b"),
    NOT_TOLD("<a b="),
    NOT_TOLD("<a b='"),
    NOT_TOLD("<a b='c'"),
    NOT_TOLD("<:/>"),
    NOT_TOLD("<a:b:c/>"),
    NOT_TOLD("<a b:c=''/>"),         /* in a namespace */
    NOT_TOLD("<a><!-- --></a>"),
    NOT_TOLD("<a><!-- b='' />--></a>"),
    NOT_TOLD("<a><?b c='' />?></a>"),
    NO_MORE,
};

static const usual_example TEXTS_EXAMPLES[] = {
    TOLD(OFD_XML),
    TOLD("<a>SIGN</a><b/>\\text"),
    TOLD(""),
    TOLD("<a>\xe2\x84\xab\xc3</a>\xef"),
    NOT_TOLD("<a b='>'/>"),          /* not told what is text */
    NOT_TOLD("<a>\0</a>"),
    NOT_TOLD("<a>&#65;</a>"),
    NOT_TOLD("<a><!-- --></a>"),
    NOT_TOLD("<a>                                  <?b ?></a>"),
    NOT_TOLD("<a>\xe2\x84\xaa</a>"), /* the Kelvin sign */
    NOT_TOLD("<a>\xef\xac\x81</a>"), /* fi, one letter */
    NO_MORE,
};

/* Two stored files: "a" with one byte, and "b/c" with none. */
#define COMMON_A "\24\0\0\0\0\0\0\0\x21\0\x43\xbe\xb7\xe8\1\0\0\0\1\0\0\0\1\0"
#define COMMON_B "\24\0\0\x08\0\0\0\0\x21\0\0\0\0\0\0\0\0\0\0\0\0\0\3\0"
#define LOCALS "PK\3\4" COMMON_A "\0\0" "a" "a" "PK\3\4" COMMON_B "\0\0" "b/c"
#define CENTRAL_A "PK\1\2\36\3" COMMON_A "\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0" "a"
#define CENTRAL_B "PK\1\2\36\3" COMMON_B "\0\0\0\0\0\0\0\0\0\0\xa4\x81\x20\0\0\0" "b/c"
#define CENTRALS CENTRAL_A CENTRAL_B
#define NUMBERS "\2\0\2\0\x60\0\0\0\x41\0\0\0"
#define END(numbers) "PK\5\6\0\0\0\0" numbers "\0\0"

/* One stored file with an end record in it. */
#define COMMON_C "\24\0\0\0\0\0\0\0\x21\0\1\2\3\4\x16\0\0\0\x16\0\0\0\1\0"
#define LOCAL_C(rest) "PK\3\4" COMMON_C "\0\0" "c" "PK\5\6                " rest "\0"
#define CENTRAL_C "PK\1\2\36\3" COMMON_C "\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0" "c"
#define NUMBERS_C "\1\0\1\0\x2f\0\0\0\x35\0\0\0"

/* A file that is packed into one byte. */
#define COMMON_D(flags, method, size)                                                              \
    "\24\0" flags "\0" method "\0\0\0\x21\0\1\2\3\4\1\0\0\0" size "\1\0"
#define ONE_BYTE(flags, method, size)                                                              \
    "PK\3\4" COMMON_D(flags, method, size) "\0\0" "d" "d"                                          \
    "PK\1\2\36\3" COMMON_D(flags, method, size) "\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0" "d"         \
    END("\1\0\1\0\x2f\0\0\0\x20\0\0\0")

/* An empty file with a name of twenty bytes. */
#define COMMON_E "\24\0\0\0\0\0\0\0\x21\0\1\2\3\4\0\0\0\0\0\0\0\0\x14\0"
#define NAMED(name)                                                                                \
    "PK\3\4" COMMON_E "\0\0" name                                                                  \
    "PK\1\2\36\3" COMMON_E "\0\0\0\0\0\0\0\0\0\0\xa4\x81\0\0\0\0" name                             \
    END("\1\0\1\0\x42\0\0\0\x32\0\0\0")

static const usual_example RECORDS_EXAMPLES[] = {
    TOLD(LOCALS CENTRALS END(NUMBERS)),
    TOLD(END("\0\0\0\0\0\0\0\0\0\0\0\0")),
    NOT_TOLD(""),
    NOT_TOLD("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
    NOT_TOLD(" " LOCALS CENTRALS END(NUMBERS)),
    NOT_TOLD(LOCALS CENTRALS " " END(NUMBERS)),
    NOT_TOLD(LOCALS CENTRALS END(NUMBERS) " "),
    NOT_TOLD(LOCALS CENTRALS END("\2\0\1\0\x60\0\0\0\x41\0\0\0")),  /* volumes */
    NOT_TOLD(LOCALS CENTRALS END("\1\0\1\0\x60\0\0\0\x41\0\0\0")),  /* one too few */
    NOT_TOLD(LOCALS CENTRALS END("\2\0\2\0\x5f\0\0\0\x42\0\0\0")),
    NOT_TOLD(LOCALS CENTRALS END("\2\0\2\0\x62\0\0\0\xff\xff\xff\xff")),
    /* A directory far outside, whose end is the right one for a size_t of 32 bits. */
    NOT_TOLD(LOCALS CENTRALS END("\2\0\2\0\xb1\0\0\0\xf0\xff\xff\xff")),
    NOT_TOLD(LOCALS CENTRAL_B CENTRAL_A END(NUMBERS)),              /* another order */
    NOT_TOLD(LOCALS CENTRAL_A CENTRAL_A END("\2\0\2\0\x5e\0\0\0\x41\0\0\0")),
    NOT_TOLD("PK\6\7                " END("\0\0\0\0\0\0\0\0\x14\0\0\0")),
    NOT_TOLD("PK\5\6" END("\0\0\0\0\0\0\0\0\4\0\0\0")),
    TOLD(ONE_BYTE("\0", "\x08", "\x09\0\0\0")),
    TOLD(ONE_BYTE("\6", "\x08", "\xfe\xff\xff\xff")),
    NOT_TOLD(ONE_BYTE("\0", "\x08", "\xff\xff\xff\xff")), /* told elsewhere */
    NOT_TOLD(ONE_BYTE("\0", "\x09", "\1\0\0\0")),        /* another method */
    NOT_TOLD(ONE_BYTE("\0", "\0", "\2\0\0\0")),          /* stored, and two sizes */
    NOT_TOLD(ONE_BYTE("\1", "\0", "\1\0\0\0")),          /* encrypted */
    NOT_TOLD(ONE_BYTE("\x08", "\0", "\1\0\0\0")),        /* sizes behind the data */
    TOLD(NAMED("QK\6\7 and some more..")),
    NOT_TOLD(NAMED("PK\6\7 and some more..")), /* like the locator of a larger end record */
    TOLD(LOCAL_C("\x44") CENTRAL_C END(NUMBERS_C)),
    NOT_TOLD(LOCAL_C("\x45") CENTRAL_C END(NUMBERS_C)), /* another end, with a comment */
    NO_MORE,
};

#endif
