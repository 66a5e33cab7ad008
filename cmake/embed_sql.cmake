# Writes the files FOLDER/*.sql as a C file, OUTPUT, with the tables of src/vtab/bundled_views.h.
#
#   cmake -D FOLDER=sql -D OUTPUT=bundled_views.c -P cmake/embed_sql.cmake
#
# A text becomes a list of bytes, because string literals have length limits and CMake's own strings do not keep
# every character.  The semicolon and the blanks at its end are left out: inside a larger statement they would be in
# the way.
file(GLOB sources "${FOLDER}/*.sql") # sorted by name

set(texts "")
set(table "")
foreach(source IN LISTS sources)
  get_filename_component(name "${source}" NAME_WE)
  file(READ "${source}" hex HEX)
  string(REGEX REPLACE "(3b|20|09|0a|0d)+$" "" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND texts "static const unsigned char sql_${name}[] = {${bytes}0};\n")
  string(APPEND table "    {\"${name}\", (const char *)sql_${name}},\n")
endforeach()

file(WRITE "${OUTPUT}" "/* Made by cmake/embed_sql.cmake from sql/. */
#include \"vtab/bundled_views.h\"

${texts}
const struct bundled_view bundled_views[] = {
${table}};

const size_t bundled_view_count = sizeof bundled_views / sizeof *bundled_views;
")
