<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Customers. The shop notes only when one came; that one changed, the extension's events tell. */
final class CustomerSelection extends DatedSelection
{
    protected const LISTED = 'SELECT c.customer_id AS id, GREATEST(c.date_added, ' . self::FIRST_MOMENT . ') AS placed,
          GREATEST(c.date_added, ' . self::FIRST_MOMENT . ') AS changed
        FROM {customer} c';
    protected const EVERY = self::LISTED;
}
