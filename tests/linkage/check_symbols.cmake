# SPDX-License-Identifier: Apache-2.0
#
# cmake -DNM=... -DLIBRARY=... -DNAMESPACE=... -P check_symbols.cmake
#
# Fails if LIBRARY exports a kernel or a launcher (all in robocache::cuda_<version>_sm_<list>), or if it
# holds no symbol with NAMESPACE in its name (then there was nothing to check). Host-only inline
# functions are exported as any header's are.

execute_process(
  COMMAND "${NM}" -D --defined-only -C "${LIBRARY}"
  OUTPUT_VARIABLE exported
  COMMAND_ERROR_IS_FATAL ANY
)
string(REGEX MATCHALL "[^\n]*robocache::cuda_[^\n]*" leaked "${exported}")
list(LENGTH leaked count)
if(count GREATER 0)
  list(JOIN leaked "\n" leaked)
  message(FATAL_ERROR "${LIBRARY} exports ${count} symbols of robocache:\n${leaked}")
endif()

execute_process(
  COMMAND "${NM}" --defined-only -C "${LIBRARY}"
  OUTPUT_VARIABLE defined
  COMMAND_ERROR_IS_FATAL ANY
)
if(NOT defined MATCHES "robocache::cuda_[0-9_]+${NAMESPACE}::")
  message(FATAL_ERROR "${LIBRARY} has no kernel in a namespace that ends in ${NAMESPACE}")
endif()
