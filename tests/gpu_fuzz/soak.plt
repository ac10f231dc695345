# SPDX-License-Identifier: Apache-2.0
#
# gnuplot -e "table='soak.csv'; picture='soak.png'" soak.plt
#
# What tests/soak.sh leaves: times of calls above, what is in use below.
set datafile separator ','
set terminal pngcairo size 1400,900 font ',11'
set output picture
set key outside right
set grid
set xlabel 'minutes'
kinds = 'resample brackets fuse grouped voxelize crowds coordinates accumulate unpack pipeline'
set multiplot layout 2,1
set title 'a call, microseconds: 99 % (lines) and 99.9 % (points)'
set logscale y
plot for [kind in kinds] table using ($1/60):(column(kind.'_p99_us') > 0 ? column(kind.'_p99_us') : NaN) \
       with lines title kind, \
     for [i=1:words(kinds)] table using ($1/60):(column(word(kinds, i).'_p999_us') > 0 ? column(word(kinds, i).'_p999_us') : NaN) \
       with points pointtype 6 pointsize 0.5 linetype i notitle
unset logscale y
set title 'in use'
set ylabel 'MiB'
set y2label 'number'
set y2tics
set yrange [0:*]
set y2range [0:*]
plot table using ($1/60):'resident_mib' with lines title 'resident memory, MiB', \
     table using ($1/60):'device_mib' with lines title 'device memory, MiB', \
     table using ($1/60):'descriptors' axes x1y2 with lines title 'descriptors', \
     table using ($1/60):'threads' axes x1y2 with lines title 'threads'
unset multiplot
