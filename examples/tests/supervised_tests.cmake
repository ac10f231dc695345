# SPDX-License-Identifier: Apache-2.0
#
# supervised run as a user would, with faults; included by CMakeLists.txt, which has the functions.

add_parts_test(supervised supervised_parts)

file(MAKE_DIRECTORY "${out}/supervised")

# add_supervised_run(<name> EXIT_CODE n PRINTS regex [COMPLETE] [RESUMES other] ARGUMENTS ...):
# COMPLETE: the output is that of 40 items without a fault, byte for byte. RESUMES: goes on with what
# the run of that name has left. PRINTS: the last lines, on the standard output, come first.
function(add_supervised_run name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "COMPLETE" "EXIT_CODE;PRINTS;RESUMES" "ARGUMENTS")
  set(left "${out}/supervised/${name}")
  set(expected "")
  if(arg_RESUMES)
    set(left "${out}/supervised/${arg_RESUMES}")
    set(expected RESUMES)
    list(APPEND arg_ARGUMENTS --resume)
  endif()
  list(APPEND expected WRITES "${left}.txt")
  if(arg_COMPLETE)
    list(APPEND expected LIKE "${files}/supervised.txt")
  endif()
  add_example_run(
    example.supervised.${name}
    PROGRAM supervised
    EXIT_CODE ${arg_EXIT_CODE}
    PRINTS "${arg_PRINTS}"
    ${expected}
    ARGUMENTS --state "${left}.state" --output "${left}.txt" --verify ${arg_ARGUMENTS}
  )
  if(arg_RESUMES)
    set_tests_properties(
      example.supervised.${arg_RESUMES}
      PROPERTIES FIXTURES_SETUP supervised_${arg_RESUMES}
    )
    set_tests_properties(example.supervised.${name} PROPERTIES FIXTURES_REQUIRED supervised_${arg_RESUMES})
  endif()
endfunction()

# No item is dropped in these. Each kind of fault at all places that differ.
set(
  fast
  --rate
  0
  --never-drop
  --backoff
  10ms
)
set(forty --items 40 ${fast})
add_supervised_run(
  undisturbed
  EXIT_CODE 0
  COMPLETE
  PRINTS " 40 done .* 0 restarts, 0 locks.*\nverified"
  ARGUMENTS ${forty}
)
add_supervised_run(
  kill
  EXIT_CODE 0
  COMPLETE
  PRINTS " 40 done .* 5 restarts, 1 locks.*\nverified.*worker 5 was ended by signal 9 "
  ARGUMENTS
    ${forty}
    --fault-at
    3=kill@taken
    --fault-at
    7=kill@computed
    --fault-at
    11=kill@written
    --fault-at
    15=kill@locked
    --fault-at
    19=kill@committed
)
add_supervised_run(
  abort
  EXIT_CODE 0
  COMPLETE
  PRINTS " 40 done .* 5 restarts, 1 locks.*\nverified.*worker 5 was ended by signal 6 "
  ARGUMENTS
    ${forty}
    --fault-at
    0=abort@taken
    --fault-at
    0=abort@computed
    --fault-at
    0=abort@written
    --fault-at
    1=abort@locked
    --fault-at
    39=abort@committed
)
# A busy machine may look like one more hang.
add_supervised_run(
  hang
  EXIT_CODE 0
  COMPLETE
  PRINTS " ([5-9]|1[0-9]) restarts, [1-9] locks.*\nverified.*is silent for [0-9.]+ s\n.*by signal 9 "
  ARGUMENTS
    ${forty}
    --deadline
    500ms
    --max-restarts
    19
    --fault-at
    3=hang@taken
    --fault-at
    7=hang@computed
    --fault-at
    11=hang@written
    --fault-at
    15=hang@locked
    --fault-at
    19=hang@committed
)
add_supervised_run(
  fatal
  EXIT_CODE 0
  COMPLETE
  PRINTS " 2 restarts, 0 locks.*\nverified.*item 5: injected: CUDA error 719.*worker 1 ended with 75"
  ARGUMENTS ${forty} --fault-at 5=fatal*2
)
add_supervised_run(
  resource
  EXIT_CODE 0
  COMPLETE
  PRINTS " 0 restarts, 0 locks.*\nverified"
  ARGUMENTS ${forty} --fault-at 5=resource*2
)
add_supervised_run(
  resource_longer
  EXIT_CODE 0
  COMPLETE
  PRINTS " 1 restarts, 0 locks.*\nverified.*item 5: injected: CUDA error 2 .*ended with 75"
  ARGUMENTS ${forty} --fault-at 5=resource*4
)

# What a restart does not mend.
add_supervised_run(
  argument
  EXIT_CODE 70
  PRINTS " 5 done .* 0 restarts, .*\nverified.*ended with 70"
  ARGUMENTS ${forty} --fault-at 5=argument
)
add_supervised_run(
  no_device
  EXIT_CODE 69
  PRINTS " 0 done .* 0 restarts,.*\nverified.*--backend cuda: "
  ARGUMENTS ${forty} --backend cuda
)
set_tests_properties(example.supervised.no_device PROPERTIES ENVIRONMENT CUDA_VISIBLE_DEVICES=)
add_supervised_run(
  gives_up
  EXIT_CODE 75
  PRINTS " 5 done .* 1 in work; 3 restarts.*\nverified.*item 5 in work\n.*gave up after 3 restarts in "
  ARGUMENTS ${forty} --fault-at 5=kill*9 --max-restarts 3
)
add_supervised_run(
  gives_up_aborting
  EXIT_CODE 70
  PRINTS " 5 done .* 1 in work; 2 restarts.*\nverified.*gave up after 2 restarts in "
  ARGUMENTS ${forty} --fault-at 5=abort*9 --max-restarts 2
)
add_supervised_run(
  gives_up_fatal
  EXIT_CODE 75
  PRINTS " 0 done .* 2 restarts.*\nverified.*gave up after 2 restarts in (0.[3-9]|[1-9])" # 0.1 + 0.2 s
  ARGUMENTS --items 40 --rate 0 --never-drop --fault-at 0=fatal*9 --max-restarts 2 --backoff 100ms
)
add_supervised_run(
  after_giving_up
  EXIT_CODE 0
  COMPLETE
  RESUMES gives_up
  PRINTS " 40 done .*\nverified"
  ARGUMENTS ${forty}
)
add_supervised_run(
  forgets_restarts
  EXIT_CODE 0
  COMPLETE
  PRINTS " 4 restarts.*\nverified"
  ARGUMENTS ${forty} --fault-at 5=kill*2 --fault-at 30=kill*2 --max-restarts 2 --window 300ms --work-time 20ms
)

# Stopped with items left, by SIGTERM; the supervisor killed; and the next start.
add_supervised_run(
  drains
  EXIT_CODE 75
  PRINTS "^[1-3][0-9] produced = [1-3][0-9] done . 0 dropped . 0 queued . 0 in work; 0 restarts.*\nverified"
  ARGUMENTS ${forty} --fault-at 10=stop
)
add_supervised_run(
  after_drains
  EXIT_CODE 0
  COMPLETE
  RESUMES drains
  PRINTS " 40 done .*\nverified"
  ARGUMENTS ${forty}
)
add_supervised_run(
  no_grace
  EXIT_CODE 75
  PRINTS " 10 done .* [1-9][0-9]* queued . 1 in work.*\nverified"
  ARGUMENTS ${forty} --fault-at 10=stop@written --fault-at 10=hang@written --grace 0
)
add_supervised_run(
  after_no_grace
  EXIT_CODE 0
  COMPLETE
  RESUMES no_grace
  PRINTS " 40 done .*\nverified"
  ARGUMENTS ${forty}
)
foreach(place IN ITEMS computed written locked)
  add_supervised_run(
    orphan_${place}
    EXIT_CODE "Subprocess killed"
    PRINTS "computes on"
    ARGUMENTS ${forty} --fault-at 10=orphan@${place}
  )
  add_supervised_run(
    after_orphan_${place}
    EXIT_CODE 0
    COMPLETE
    RESUMES orphan_${place}
    PRINTS " 40 done .*\nverified"
    ARGUMENTS ${forty}
  )
endforeach()
# A sensor without an end: stopped when the queue is empty, all is done.
add_supervised_run(
  service
  EXIT_CODE 0
  PRINTS " 0 queued . 0 in work.*\nverified"
  ARGUMENTS --items 0 ${fast} --fault-at 60=stop
)

# The sensor is ten times faster than the worker: what is lost is counted, and old.
add_supervised_run(
  ten_times_faster
  EXIT_CODE 0
  PRINTS "^500 produced = [0-9]+ done . [2-4][0-9][0-9] dropped . 0 queued.*\nverified"
  ARGUMENTS --items 500 --rate 1000 --work-time 10ms --queue 8
)
add_supervised_run(
  ten_times_faster_and_faults
  EXIT_CODE 0
  PRINTS "^300 produced = .* [1-2][0-9][0-9] dropped . 0 queued.* [2-9] restarts.*\nverified"
  ARGUMENTS
    --items
    300
    --rate
    1000
    --work-time
    10ms
    --queue
    8
    --deadline
    500ms
    --fault-at
    20=kill@written
    --fault-at
    100=hang@locked
)
add_supervised_run(
  ten_times_faster_but_waits
  EXIT_CODE 0
  COMPLETE
  PRINTS "^40 produced = 40 done . 0 dropped.*\nverified"
  ARGUMENTS --items 40 --rate 1000 --never-drop --work-time 10ms --queue 4
)

# Workers and supervisors killed at random moments, for two seconds each.
find_package(Python3 QUIET COMPONENTS Interpreter)
if(Python3_Interpreter_FOUND)
  set(
    kills
    "${Python3_EXECUTABLE}"
    "${CMAKE_CURRENT_SOURCE_DIR}/supervised_kills.py"
    $<TARGET_FILE:supervised>
    2
    "${out}/supervised"
  )
  add_test(NAME example.supervised.kills COMMAND ${kills}/kept --never-drop)
  add_test(NAME example.supervised.kills_dropping COMMAND ${kills}/dropping --work-time 1ms)
  add_test(
    NAME example.supervised.surroundings
    COMMAND
      "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_SOURCE_DIR}/supervised_surroundings.py"
      $<TARGET_FILE:supervised> "${out}/supervised/surroundings"
  )
  set_tests_properties(
    example.supervised.kills
    example.supervised.kills_dropping
    example.supervised.surroundings
    PROPERTIES LABELS example TIMEOUT 120
  )
endif()

add_example_run(
  example.supervised.help
  EXIT_CODE 0
  PROGRAM supervised
  PRINTS "--resume.*--queue.*--deadline.*--fault-at"
  ARGUMENTS --help
)
add_example_run(
  example.supervised.bad_fault
  EXIT_CODE 64
  PROGRAM supervised
  PRINTS "--fault-at 3=die: it is NUMBER=KIND"
  ARGUMENTS --fault-at 3=die
)
add_example_run(
  example.supervised.bad_duration
  EXIT_CODE 64
  PROGRAM supervised
  PRINTS "--deadline: 'soon' is not a duration"
  ARGUMENTS --deadline soon
)
add_example_run(
  example.supervised.bad_state
  EXIT_CODE 74
  PROGRAM supervised
  PRINTS "backward.csv: not a state of this program"
  ARGUMENTS --resume --state "${files}/backward.csv"
)
add_example_run(
  example.supervised.bad_output
  EXIT_CODE 74
  PROGRAM supervised
  PRINTS "nowhere/x.txt: No such file"
  ARGUMENTS --state "${out}/supervised/bad_output.state" --output "${out}/nowhere/x.txt"
)

# On a GPU, where the bits must be the CPU's.
add_supervised_run(
  cuda
  EXIT_CODE 0
  COMPLETE
  PRINTS " 3 restarts.*\nverified.*computes on CUDA"
  ARGUMENTS ${forty} --backend cuda --fault-at 3=kill@computed --fault-at 9=fatal --fault-at 15=abort@written
)
set_tests_properties(
  example.supervised.cuda
  PROPERTIES LABELS "example;gpu" SKIP_REGULAR_EXPRESSION "supervised: --backend cuda: "
)
