/* A capture file as a sequence of packets, whatever its format.
 *
 *     struct packet packet;
 *     while (capture_next(capture, &packet, &fault) == CAPTURE_PACKET)
 *         ...
 *
 * The format is told by the magic number, never by the file's name.  Every record is numbered from
 * 1 in file order, as Wireshark's frame.number. */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "capture/cursor.h"
#include "capture/fault.h"
#include "capture/memory.h"
#include "capture/source.h"

struct capture;

struct packet {
    uint64_t frame;           /* number of the record in its file, from 1 */
    uint64_t offset;          /* of the packet's first byte in the uncompressed file */
    uint64_t record_offset;   /* of the first byte of its record: where capture_seek can go */
    int64_t time_ns;          /* Unix time; 0 if the record has none */
    uint32_t captured_length; /* bytes that are in the file */
    uint32_t wire_length;     /* bytes that were on the wire, as the record says */
    uint32_t link_type;       /* LINKTYPE_ number of its interface */
    struct cursor bytes;      /* the captured bytes; see capture_hold for how long they stay */
};

enum capture_result {
    CAPTURE_PACKET,
    CAPTURE_END,
    CAPTURE_HELD,   /* the next record is not in memory yet and the capture is held */
    CAPTURE_FAILED, /* FAULT_DAMAGE: everything before was served, nothing after can be; or another
                       fault */
};

/* What a file says about itself and what is wrong with it.  Grows while the file is read; complete
 * at its end. Texts are owned by the capture; NULL is unknown. */
struct capture_info {
    const char *format;     /* "pcap", "pcapng", … */
    const char *byte_order; /* "little" or "big", of the first section */
    double time_resolution; /* seconds; the finest of all interfaces; 0 if unknown */
    const char *link_types; /* names, comma separated, each once: "EN10MB,RAW" */
    bool has_one_link_type; /* the format has one link type for the whole file: classic pcap */
    uint32_t link_type;     /* that one, as a LINKTYPE_ number */
    uint32_t interfaces;
    uint32_t snaplen; /* the largest; 0 if unlimited */
    const char *hardware;
    const char *os;
    const char *application;
    bool drops_known;
    uint64_t drops; /* packets that the capturing side reported lost */
    const char
        *damage; /* what is wrong, with record number, offset, value found and value allowed */
};

/* A place between two records, to return to with capture_seek. */
struct capture_position {
    uint64_t offset; /* of the record's header */
    uint64_t frame;  /* number of the record that starts there */
};

/* Opens a capture.  NULL with a fault: cannot open, not a capture, or not supported. */
struct capture *capture_open(const char *path, struct memory *memory, struct fault *fault);
void capture_close(struct capture *capture);

/* The next packet.  A file cut short in its last record ends after its whole records; info.damage
 * says where. */
enum capture_result capture_next(struct capture *capture, struct packet *packet,
                                 struct fault *fault);

/* While held, the bytes of packets handed out since stay where they are and capture_next answers
 * CAPTURE_HELD instead of reading on.  Not held, they are good until the next call. */
void capture_hold(struct capture *capture, bool held);

const struct capture_info *capture_info(const struct capture *capture);

/* The file under it: identity, size, compression, bytes read. */
const struct source *capture_source(const struct capture *capture);

/* Where the next record starts; false if the file cannot be returned to (pipe, compressed, or a
 * pcapng file in which interfaces are described after the first packet). */
bool capture_tell(const struct capture *capture, struct capture_position *position);
void capture_seek(struct capture *capture, const struct capture_position *position);

/* The name of a LINKTYPE_ number as tcpdump prints it ("EN10MB"), or NULL. */
const char *link_type_name(uint32_t link_type);

#endif
