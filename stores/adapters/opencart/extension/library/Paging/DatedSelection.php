<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Records whose moments are dates of the shop's own clock. */
abstract class DatedSelection extends Selection
{
    /** Stands in the place of a date that is all zeros, which no moment of a call can be. */
    protected const FIRST_MOMENT = "CAST('1000-01-01 00:00:00' AS DATETIME)";
}
