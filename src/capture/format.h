/* What a capture format is made of, inside this room: see capture.h for what the world sees. */
#ifndef CAPTURE_FORMAT_H
#define CAPTURE_FORMAT_H

#include "capture/capture.h"

struct capture_format {
    const char *name;
    /* Reads the file's header and fills capture->info; false with a fault. */
    bool (*open)(struct capture *capture, struct fault *fault);
    enum capture_result (*next)(struct capture *capture, struct packet *packet,
                                struct fault *fault);
    /* Whether a capture of the same file, just opened, can be put to where this one stands. */
    bool (*can_return)(const struct capture *capture);
    void (*seek)(struct capture *capture, const struct capture_position *position);
    void (*close)(struct capture *capture);
};

extern const struct capture_format pcap_format, pcapng_format;

enum {
    LINK_TYPES = 1 << 16,       /* as many as a pcapng interface can have */
    LINK_TYPES_TEXT_SIZE = 512, /* a file of honest software has a handful, of ten letters each */
    DAMAGE_SIZE = 512,
};

struct capture {
    const struct capture_format *format;
    struct source *source;
    struct memory *memory;
    void *state;            /* the format's own */
    uint64_t frame;         /* of the last record that was numbered */
    uint64_t record_offset; /* where the record that is being read starts */
    bool held;
    struct capture_info info;
    uint64_t link_types_seen[LINK_TYPES / 64];
    char link_types[LINK_TYPES_TEXT_SIZE]; /* info.link_types */
    char damage[DAMAGE_SIZE];              /* info.damage, once there is any */
};

/* What libpcap and Wireshark allow a packet to hold unless its file says that it holds more. */
enum { CAPTURED_LENGTH_MAX = 262144 };

/* The end of the data at a place where a record could start. */
enum capture_result capture_end(struct capture *capture);

/* The end of the data inside a record, which needs `needed` bytes of which `present` are there. */
enum capture_result capture_cut(struct capture *capture, uint64_t needed, uint64_t present);

/* A corrupt record: the text becomes info.damage and the fault, behind path, record and offset. */
enum capture_result capture_corrupt(struct capture *capture, struct fault *fault,
                                    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What a source_result other than SOURCE_OK means to the reader of a record. */
enum capture_result capture_stopped(struct capture *capture, enum source_result result,
                                    struct fault *fault);

/* Notes an interface in capture->info. */
void capture_add_interface(struct capture *capture, uint32_t link_type, uint32_t snaplen,
                           double time_resolution);

#endif
