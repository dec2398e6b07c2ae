<?php
declare(strict_types=1);

namespace XeroConnector\Paging;

/** Customers. The shop notes only when one came; that one changed, the extension's events tell. */
final class CustomerSelection extends Selection
{
    protected const LISTED = 'SELECT c.customer_id AS id, c.date_added AS placed, c.date_added AS changed
        FROM {customer} c';
    protected const EVERY = self::LISTED;
}
