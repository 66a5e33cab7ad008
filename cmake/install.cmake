# What `cmake --install build` puts where, and the Debian package that `cmake --build build --target package` makes of it.
#
#   lib/x86_64-linux-gnu/tcpvtab.so   the module; below /usr, `.load tcpvtab` finds it there, as Debian's other modules
#   bin/tcpreport
#   share/tcpvtab/tcpvtab-views.sql   the bundled views for .read
#   share/man/man7/tcpvtab.7.gz
#   share/doc/tcpvtab/                README, docs, sql, examples
if(CMAKE_LIBRARY_ARCHITECTURE) # Debian's multiarch; GNUInstallDirs knows it for the prefix /usr only
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Folder of the module")
endif()
include(GNUInstallDirs)

set(views_script ${PROJECT_BINARY_DIR}/tcpvtab-views.sql)
set(write_views ${PROJECT_SOURCE_DIR}/cmake/views_script.cmake)
file(GLOB view_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/sql/*.sql)
add_custom_command(
  OUTPUT ${views_script}
  COMMAND ${CMAKE_COMMAND} -D FOLDER=${PROJECT_SOURCE_DIR}/sql -D OUTPUT=${views_script} -P ${write_views}
  DEPENDS ${write_views} ${view_sources}
  COMMENT "Writing tcpvtab-views.sql"
  VERBATIM)

set(man_page ${PROJECT_BINARY_DIR}/tcpvtab.7.gz)
set(man_source ${PROJECT_SOURCE_DIR}/man/tcpvtab.7)
add_custom_command(
  OUTPUT ${man_page}
  COMMAND sh -c [[gzip -9n <"$0" >"$1"]] ${man_source} ${man_page}
  DEPENDS ${man_source}
  COMMENT "Compressing tcpvtab.7"
  VERBATIM)
add_custom_target(installed_files ALL DEPENDS ${views_script} ${man_page})

install(TARGETS tcpvtab LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(PROGRAMS examples/tcpreport DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${views_script} DESTINATION ${CMAKE_INSTALL_DATADIR}/tcpvtab)
install(FILES ${man_page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man7)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright) # Debian's name for it
install(DIRECTORY docs sql DESTINATION ${CMAKE_INSTALL_DOCDIR}
        FILES_MATCHING PATTERN *.md PATTERN *.sql PATTERN *.png)
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR} USE_SOURCE_PERMISSIONS
        PATTERN CMakeLists.txt EXCLUDE PATTERN tcpreport EXCLUDE PATTERN html-report-page EXCLUDE
        PATTERN __pycache__ EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/share/html-report.html DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples
        OPTIONAL) # made by the target html-report, which needs npm

set(CPACK_PACKAGE_CONTACT "The tcpvtab authors")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE) # whatever the umask is
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "Connections, segments and capture files as tables and views, judged as
Wireshark, tcptrace and Zeek judge them: status, times, round trips, windows,
retransmissions. Reads pcap and pcapng, plain or compressed, one file or many.
The module is loaded with `.load tcpvtab`; the command tcpreport prints a report.")
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "sqlite3 (>= 3.35)") # the module uses the SQLite of the host program
find_program(DPKG_DEB dpkg-deb)
if(DPKG_DEB)
  set(CPACK_GENERATOR DEB)
else()
  set(CPACK_GENERATOR TGZ)
endif()
include(CPack)
