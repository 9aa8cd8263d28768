/* The version that every program prints. */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

#define VERSION "0.1.0"

#endif
