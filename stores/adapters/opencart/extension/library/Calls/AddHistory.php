<?php
declare(strict_types=1);

namespace XeroConnector\Calls;

use XeroConnector\Database\Query;
use XeroConnector\Platform;
use XeroConnector\Reading\Text;
use XeroConnector\Wire\Refusal;

/**
 * Writes to an order's history: a new status, or a comment under the status that it has.
 *
 * The shop's own model does it, so that stock, vouchers and other extensions follow. There is no transaction around
 * it: the model may send mail, and its tables may not be able to.
 */
final class AddHistory implements Call
{
    private const LONGEST = 5000;
    private const STATUS = 'SELECT COUNT(*) AS number FROM {order_status} WHERE order_status_id = :id';

    /** @var Query */
    private $query;

    /** @var Platform */
    private $platform;

    /** @var OrderCondition */
    private $condition;

    /** @var bool */
    private $withStatus;

    /** @param bool $withStatus whether the call gives a status, or only a comment */
    public function __construct(Query $query, Platform $platform, OrderCondition $condition, bool $withStatus)
    {
        $this->query = $query;
        $this->platform = $platform;
        $this->condition = $condition;
        $this->withStatus = $withStatus;
    }

    public function answer(Parameters $parameters): array
    {
        $id = $parameters->id('order_id');
        $comment = $parameters->text('comment', self::LONGEST, $this->withStatus ? '' : null);
        $wanted = $this->withStatus ? $parameters->id('status_id') : 0;
        $notify = $this->withStatus && $parameters->truth('notify', false);
        $parameters->nothingElse();
        $status = (int) $this->condition->of($id)['status'];
        if ($status === 0) {
            throw new Refusal(422, 'not_placed', 'This order is a checkout that nobody finished.');
        }
        if ($this->withStatus) {
            $this->mustExist($wanted);
            $status = $wanted;
        }
        $this->platform->addHistory($id, $status, Text::stored($comment), $notify);
        return $this->condition->of($id);
    }

    private function mustExist(int $status): void
    {
        if ($this->query->value(self::STATUS, ['id' => $status]) === '0') {
            throw Refusal::ofParameter('status_id', 'The shop has no order status with this number.');
        }
    }
}
