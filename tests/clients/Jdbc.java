/* JDBC, by xerial's sqlite-jdbc: java -cp sqlite-jdbc.jar Jdbc.java MODULE CAPTURE DATABASE */
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.List;
import java.util.TimeZone;
import org.sqlite.SQLiteConfig;

class Jdbc {
    static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    static void require(Object expected, Object found) {
        if (!expected.equals(found))
            throw new AssertionError("expected " + expected + ", found " + found);
    }

    static List<String> column(ResultSet rows, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        while (rows.next())
            values.add(rows.getString(name));
        return values;
    }

    /* The catalogue of a database that tcp_import has made, read without the extension. */
    static void checkCatalogue(String database) throws SQLException {
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + database)) {
            DatabaseMetaData catalogue = db.getMetaData();
            require(List.of("captures", "connections", "packets"),
                    column(catalogue.getTables(null, null, "%", new String[] {"TABLE"}), "TABLE_NAME"));
            require(List.of("REAL", "BIGINT", "TIMESTAMP"),
                    column(catalogue.getColumns(null, null, "connections", "start_%"), "TYPE_NAME"));
        }
    }

    static void print(ResultSet total, ResultSet one) throws SQLException {
        Calendar utc = Calendar.getInstance(TimeZone.getTimeZone("UTC"));
        System.out.printf("%d connections, %d complete%n", total.getInt(1), total.getInt(2));
        System.out.printf("%d: %s:%d -> %s:%d, %s%n", one.getInt("connection_id"), one.getString("client_ip"),
                one.getInt("client_port"), one.getString("server_ip"), one.getInt("server_port"),
                one.getString("status"));
        System.out.printf("%d packets, %d bytes%n", one.getLong("packets"), one.getLong("bytes"));
        System.out.printf("began %s, exactly %d ns%n", TIME.format(one.getTimestamp("start_utc", utc).toInstant()),
                one.getLong("start_ns"));
        System.out.printf("handshake took %.6f s%n", one.getDouble("initial_rtt"));
    }

    static ResultSet query(Connection db, String sql, String argument) throws SQLException {
        PreparedStatement statement = db.prepareStatement(sql);
        statement.setString(1, argument);
        ResultSet rows = statement.executeQuery();
        rows.next();
        return rows;
    }

    public static void main(String[] arguments) throws SQLException {
        checkCatalogue(arguments[2]);
        SQLiteConfig config = new SQLiteConfig();
        config.enableLoadExtension(true);
        try (Connection db = DriverManager.getConnection("jdbc:sqlite::memory:", config.toProperties())) {
            query(db, "SELECT load_extension(?)", arguments[0]);
            print(query(db, "SELECT count(*), sum(is_complete) FROM tcp_connections(?)", arguments[1]),
                  query(db, "SELECT * FROM tcp_connections(?) WHERE connection_id = 1", arguments[1]));
        }
    }
}
