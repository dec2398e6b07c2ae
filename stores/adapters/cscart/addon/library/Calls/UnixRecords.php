<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

/** A moment is a number of Unix seconds. */
final class UnixRecords extends Records
{
    private const LAST = 4294967295;

    protected function first()
    {
        return 0;
    }

    protected function last()
    {
        return self::LAST;
    }

    protected function moment(Parameters $parameters, string $name)
    {
        return $parameters->number($name, 0, self::LAST);
    }
}
