/* Statistics over the round trips of the data that one direction sent. */
#ifndef TCP_ROUND_TRIP_H
#define TCP_ROUND_TRIP_H

#include <stdint.h>

struct round_trips {
    uint64_t samples;
    int64_t min_ns, max_ns, sum_ns;
    double squares; /* sum of squared deviations from the mean so far, ns² (Welford) */
};

/* A sample below 0 (the clock went back) counts as 0, as in tcptrace. */
void round_trips_add(struct round_trips *trips, int64_t sample_ns);

/* Seconds.  The mean needs a sample, the deviation (with divisor n - 1) two. */
double round_trips_mean(const struct round_trips *trips);
double round_trips_stddev(const struct round_trips *trips);

#endif
