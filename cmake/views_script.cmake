# Writes the files FOLDER/*.sql as one script, OUTPUT, that makes each of them a TEMP view.
#
#   cmake -D FOLDER=sql -D OUTPUT=tcpvtab-views.sql -P cmake/views_script.cmake
file(GLOB sources "${FOLDER}/*.sql") # sorted by name

set(script "-- The bundled views of tcpvtab as TEMP views, over whatever connections, packets and captures stand for:
--
--     CREATE VIRTUAL TABLE temp.connections USING tcp_connections('f.cap', 'keep');   and so on
--     .read tcpvtab-views.sql
--
-- or, without the extension, over the tables of a database that tcp_import of another version has made.
-- Nothing is written to the database; without the word TEMP the views become part of it.
")
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  file(READ "${source}" select)
  string(APPEND script "\nDROP VIEW IF EXISTS temp.${name};\nCREATE TEMP VIEW ${name} AS\n${select}")
endforeach()
file(WRITE "${OUTPUT}" "${script}")
