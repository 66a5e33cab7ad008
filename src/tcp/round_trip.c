#include "tcp/round_trip.h"

#include <math.h>

static const double NS_PER_SECOND = 1e9;

void round_trips_add(struct round_trips *trips, int64_t sample_ns)
{
    if (sample_ns < 0)
        sample_ns = 0;
    double value = (double)sample_ns;
    double before = trips->samples ? (double)trips->sum_ns / (double)trips->samples : value;
    if (trips->samples == 0 || sample_ns < trips->min_ns)
        trips->min_ns = sample_ns;
    if (sample_ns > trips->max_ns)
        trips->max_ns = sample_ns;
    trips->samples++;
    if (__builtin_add_overflow(trips->sum_ns, sample_ns, &trips->sum_ns))
        trips->sum_ns = INT64_MAX;
    double after = (double)trips->sum_ns / (double)trips->samples;
    trips->squares += (value - before) * (value - after);
}

double round_trips_mean(const struct round_trips *trips)
{
    return (double)trips->sum_ns / (double)trips->samples / NS_PER_SECOND;
}

double round_trips_stddev(const struct round_trips *trips)
{
    return sqrt(trips->squares / (double)(trips->samples - 1)) / NS_PER_SECOND;
}
