# R's RSQLite: Rscript r_sqlite.R MODULE CAPTURE
arguments <- commandArgs(trailingOnly = TRUE)

db <- DBI::dbConnect(RSQLite::SQLite(), ":memory:", loadable.extensions = TRUE)
invisible(DBI::dbGetQuery(db, "SELECT load_extension(?)", params = list(arguments[1])))

all <- DBI::dbGetQuery(db, "SELECT * FROM tcp_connections(?)", params = list(arguments[2]))
one <- all[1, ]
began <- as.POSIXct(one$start_utc, tz = "UTC")

stopifnot(is.na(one$vlan_id), is.double(one$initial_rtt), bit64::is.integer64(one$start_ns))
cat(nrow(all), " connections, ", sum(all$is_complete), " complete\n", sep = "")
with(one, cat(connection_id, ": ", client_ip, ":", client_port, " -> ", server_ip, ":", server_port, ", ", status, "\n",
              sep = ""))
with(one, cat(packets, "packets,", bytes, "bytes\n"))
milliseconds <- round(as.numeric(began) * 1000) %% 1000
cat(sprintf("began %s.%03d, exactly %s ns\n", format(trunc(began, "secs"), "%F %T"), milliseconds,
            format(one$start_ns)))
cat(sprintf("handshake took %.6f s\n", one$initial_rtt))
