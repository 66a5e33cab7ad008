/* round_trip.h: the statistics equal those computed from all samples at once. */
#include "tcp/round_trip.h"

#include "check.h"
#include "random.h"

#include <math.h>

static double mean_of(const int64_t *samples, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)samples[i] / 1e9;
    return sum / n;
}

static double deviation_of(const int64_t *samples, int n)
{
    double mean = mean_of(samples, n), squares = 0;
    for (int i = 0; i < n; i++)
        squares += ((double)samples[i] / 1e9 - mean) * ((double)samples[i] / 1e9 - mean);
    return sqrt(squares / (n - 1));
}

/* Samples around `centre` within `width`, in nanoseconds. */
static void test_against_all_samples(int64_t centre, uint32_t width)
{
    enum { SAMPLES = 5000 };
    struct random random = {3};
    struct round_trips trips = {0};
    static int64_t samples[SAMPLES];
    int64_t min = INT64_MAX, max = 0;
    for (int i = 0; i < SAMPLES; i++) {
        samples[i] = centre + random_below(&random, width);
        min = samples[i] < min ? samples[i] : min;
        max = samples[i] > max ? samples[i] : max;
        round_trips_add(&trips, samples[i]);
    }
    CHECK_INT(trips.samples, SAMPLES);
    CHECK_INT(trips.min_ns, min);
    CHECK_INT(trips.max_ns, max);
    double mean = mean_of(samples, SAMPLES), deviation = deviation_of(samples, SAMPLES);
    CHECK(fabs(round_trips_mean(&trips) - mean) < 1e-9 * mean);
    CHECK(fabs(round_trips_stddev(&trips) - deviation) < 1e-6 * deviation);
}

static void test_edges(void)
{
    struct round_trips trips = {0};
    round_trips_add(&trips, -5);
    CHECK_INT(trips.min_ns, 0);
    CHECK_INT(trips.max_ns, 0);
    round_trips_add(&trips, INT64_MAX);
    round_trips_add(&trips, INT64_MAX);
    CHECK_INT(trips.samples, 3);
    CHECK_INT(trips.sum_ns, INT64_MAX);
    CHECK_INT(trips.max_ns, INT64_MAX);
    CHECK(isfinite(round_trips_mean(&trips)) && isfinite(round_trips_stddev(&trips)));
}

int main(void)
{
    test_against_all_samples(0, 1000);
    test_against_all_samples(40 * 1000 * 1000, 1000 * 1000);
    test_against_all_samples(INT64_C(3600) * 1000000000, 1000);
    test_edges();
    return check_done();
}
