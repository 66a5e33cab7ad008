# Perl's DBD::SQLite: perl_dbi.pl MODULE CAPTURE
use strict;
use warnings;
use DBI;

my ($module, $capture) = @ARGV;

my $db = DBI->connect('dbi:SQLite:dbname=:memory:', '', '', { RaiseError => 1 });
$db->sqlite_enable_load_extension(1);
$db->sqlite_load_extension($module);

my @total = $db->selectrow_array('SELECT count(*), sum(is_complete) FROM tcp_connections(?)', undef, $capture);
my $query = $db->prepare('SELECT * FROM tcp_connections(?) WHERE connection_id = 1');
$query->execute($capture);
my $one = $query->fetchrow_hashref;

my %type;
@type{@{ $query->{NAME} }} = @{ $query->{TYPE} };
die 'types' if join(' ', @type{qw(start_utc start_ns status initial_rtt)}) ne 'TIMESTAMP BIGINT TEXT REAL';
die 'NULL' if defined $one->{vlan_id};

printf "%d connections, %d complete\n", @total;
printf "%d: %s:%d -> %s:%d, %s\n", @$one{qw(connection_id client_ip client_port server_ip server_port status)};
printf "%d packets, %d bytes\n", @$one{qw(packets bytes)};
printf "began %s, exactly %d ns\n", @$one{qw(start_utc start_ns)};
printf "handshake took %.6f s\n", $one->{initial_rtt};
