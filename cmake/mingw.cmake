# For tcpvtab.dll, built on Debian for 64-bit Windows:
#
#     cmake -S . -B build/windows --toolchain cmake/mingw.cmake -D BUILD_TESTING=OFF -D CMAKE_PREFIX_PATH=FOLDER
#
# FOLDER/include holds sqlite3.h and sqlite3ext.h.  The compiler is gcc-mingw-w64-x86-64-posix, zlib libz-mingw-w64-dev;
# Debian has no zstd and lz4 for Windows: they are built in if FOLDER has them, with lib/pkgconfig/.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc-posix) # with POSIX threads

set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32 ${CMAKE_PREFIX_PATH})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(ENV{PKG_CONFIG_LIBDIR} /usr/x86_64-w64-mingw32/lib/pkgconfig)
