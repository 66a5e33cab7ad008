#include "vtab/time_text.h"

#include <stdio.h>

enum { MS_PER_DAY = 86400 * 1000 };

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* The Gregorian date of a day counted from 1970-01-01.  Years begin in March here, so that the leap
 * day comes last; an era is 400 years. */
static void date_of(int64_t day, int *year, int *month, int *month_day)
{
    enum { DAYS_TO_1970 = 719468, DAYS_PER_ERA = 146097 };
    int64_t shifted = day + DAYS_TO_1970;
    int64_t era = floor_divide(shifted, DAYS_PER_ERA);
    int64_t in_era = shifted - era * DAYS_PER_ERA;
    int64_t year_of_era =
        (in_era - in_era / 1460 + in_era / 36524 - in_era / (DAYS_PER_ERA - 1)) / 365;
    int64_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t from_march = (5 * in_year + 2) / 153;
    *month_day = (int)(in_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(era * 400 + year_of_era + (*month <= 2));
}

int utc_text(int64_t ns, char text[UTC_TEXT_SIZE])
{
    int64_t ms = floor_divide(ns, 1000000);
    int64_t day = floor_divide(ms, MS_PER_DAY);
    int in_day = (int)(ms - day * MS_PER_DAY);
    int year, month, month_day;
    date_of(day, &year, &month, &month_day);
    return snprintf(text, UTC_TEXT_SIZE, "%04d-%02d-%02d %02d:%02d:%02d.%03d", year, month,
                    month_day, in_day / 3600000, in_day / 60000 % 60, in_day / 1000 % 60,
                    in_day % 1000);
}
